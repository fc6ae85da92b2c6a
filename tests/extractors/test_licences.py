"""Which licence a name, a text or a folder's files state."""

from pathlib import Path

import pytest

from extractors.readers.licence_files import is_licence_file, stated_licence
from extractors.readers.licences import identify, spdx_of

ROOT = Path(__file__).resolve().parents[2]
MIT = """MIT License

Copyright (c) 2024 Ada Holm

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@pytest.mark.parametrize(
    ("stated", "spdx"),
    [
        ("MIT", "MIT"),
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("The MIT License", "MIT"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("BSD 3-Clause License", "BSD-3-Clause"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/", "CC-BY-NC-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        ("CC0", "CC0-1.0"),
        ("Project Gutenberg License", "Project Gutenberg License"),
        ("BSD", "BSD"),  # which of them is not said
        ("ask Ada", "ask Ada"),
        ("(" * 5000, "(" * 200),
    ],
)
def test_a_name_is_an_spdx_expression_or_stays_as_stated(stated, spdx):
    assert spdx_of(stated) == spdx


def test_texts_are_known_however_they_are_wrapped_and_whoever_holds_them():
    assert identify(MIT) == "MIT"
    assert identify(" ".join(MIT.split("\n")[3:])) == "MIT"
    assert identify("".join(f"# {line}\n" for line in MIT.split("\n"))) == "MIT"
    assert identify((ROOT / "LICENSE").read_text("utf-8")) == "Apache-2.0"


@pytest.mark.parametrize(
    "text",
    [
        MIT + "\nThe Software shall be used for Good, not Evil.\n",
        MIT + "\nNobody may train a model on the Software. " * 8,
        MIT.replace("merge, publish, distribute, ", "")[: len(MIT) // 2],
        "All rights reserved.",
        "",
    ],
)
def test_a_text_that_was_changed_is_none_of_them(text):
    assert identify(text) == ""


@pytest.mark.parametrize(
    ("files", "licence"),
    [
        ({"LICENSE": MIT}, "MIT"),
        ({"COPYING.txt": "SPDX-License-Identifier: GPL-2.0-or-later\n"}, "GPL-2.0-or-later"),
        ({"LICENSE": "All rights reserved."}, ""),
        ({"license.md": "# Licence\n\nSee [the licence](../LICENSE).\n"}, None),
        ({"LICENSE-MIT": MIT, "LICENSE-APACHE": (ROOT / "LICENSE").read_text("utf-8")}, "Apache-2.0 AND MIT"),
        ({"LICENSE-MIT": MIT, "Cargo.toml": '[package]\nlicense = "MIT/Apache-2.0"\n'}, "MIT OR Apache-2.0"),
        ({"pyproject.toml": '[project]\nlicense = {text = "BSD-2-Clause"}\n'}, "BSD-2-Clause"),
        ({"pyproject.toml": '[project]\nclassifiers = ["License :: OSI Approved :: MIT License"]\n'}, "MIT"),
        ({"pyproject.toml": '[project]\nlicense = "BSD"\n'}, None),
        ({"package.json": '{"license": {"type": "ISC"}}'}, "ISC"),
        ({"package.json": "[" * 100_000}, None),
        ({"pyproject.toml": "license = " + "[" * 100_000}, None),
        ({"package.json": '["license"]', "LICENSE": MIT}, "MIT"),
        ({"setup.cfg": "[metadata]\nlicense = MIT\n"}, "MIT"),
        ({"METADATA": "Name: x\nLicense-Expression: MIT\n\nbody"}, "MIT"),
        ({"README.md": MIT}, None),
    ],
)  # fmt: skip
def test_what_the_files_of_a_folder_state(files, licence):
    assert stated_licence(files) == licence


def test_which_names_are_licence_files():
    names = ("LICENSE", "licence.txt", "COPYING.LESSER", "LICENSE-MIT", "UNLICENSE")
    assert all(map(is_licence_file, names))
    assert not any(map(is_licence_file, ("license.py", "licenses", "license.json", "relicense.md")))
