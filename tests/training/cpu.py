"""What every recipe that tests train or check on the CPU has."""

LAUNCH = """
[launch]
processes = 1
accelerate = "configs/accelerate/cpu.yaml"
sharding = "none"
device = "cpu"
dtype = "float32"
attention = "sdpa"
"""
