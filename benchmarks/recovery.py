"""How closely DB5 is recovered over seeds and supports: distance, teacher's floor, and time.

python benchmarks/recovery.py --seeds 10 --supports 10 12 14
"""

from __future__ import annotations

import argparse

from wavedistill.datasets import make_synthetic
from wavedistill.studies.synthetic.recovery import teach


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--supports", type=int, nargs="+", default=[10, 12, 14])
    options = parser.parse_args()
    columns = "".join(f"  support {support:2d} (s)" for support in options.supports)
    print(f"seed  teacher R2   floor{columns}")
    for seed in range(options.seeds):
        task = make_synthetic(random_state=seed)
        taught = teach(task, seed=seed)
        floor = taught.recover("db5")
        line = f"{seed:4d}  {taught.r2:10.5f}  {floor.after:.4f}"
        for support in options.supports:
            found = taught.recover(support=support)
            line += f"   {found.after:.4f} ({found.seconds:4.1f})"
        print(line, flush=True)


if __name__ == "__main__":
    main()
