"""How many questions of a category and of a form are admitted."""

import pytest

from flows.config import ConfigError, load_config

CONFIG = """
[[sources]]
path = "general"
[generate]
rows = 40
category_rows = { code = 7 }
form_weights = { listing = 2 }
[context.bucket_weights]
4096 = 0
"""


def test_a_category_may_have_a_quota_of_its_own(tmp_path):
    path = tmp_path / "quotas.toml"
    path.write_text(CONFIG, encoding="utf-8")
    config = load_config(path)
    assert config.generate.quota("code") == 7
    assert config.generate.quota("general") == 40
    assert config.generate.form_weights == {"listing": 2}
    assert config.context.bucket_weights == {4096: 0.0}


def test_a_category_that_there_is_not_is_named(tmp_path):
    path = tmp_path / "quotas.toml"
    path.write_text(CONFIG.replace("code = 7", "codes = 7"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"generate\.category_rows\.codes"):
        load_config(path)
