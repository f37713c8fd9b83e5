"""Run the attack programs (sandbox/tests/attacks) here and say which were held off; exit status 1 if one was not."""

import argparse
import fnmatch
import sys

from sandbox import attacking
from sandbox.commands.showing import harmless
from sandbox.commands.text import filled


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox attack", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help='which ones, "*" stands for anything; all if none')
    parser.add_argument("--list", action="store_true", help="only say what they do")
    options = parser.parse_args(arguments)
    try:
        known = attacking.attacks()
    except attacking.NoAttacks as error:
        print(error, file=sys.stderr)
        return 1
    chosen = [one for one in known if not options.names or any(fnmatch.fnmatch(one.name, n) for n in options.names)]
    unknown = [name for name in options.names if not fnmatch.filter([attack.name for attack in known], name)]
    if unknown:
        parser.error(f"there is no attack called {', '.join(unknown)}; --list shows them all")
    width = max(len(attack.name) for attack in chosen)
    if options.list:
        for attack in chosen:
            print("\n".join(filled(harmless(attack.summary), f"{attack.name:{width}}  ")))
        return 0
    return _run(chosen, width)


def _run(chosen: list[attacking.Attack], width: int) -> int:
    gave_way = skipped = 0
    for attack in chosen:
        print(f"{attack.name:{width}}  ", end="", flush=True)
        outcome = attacking.run(attack)
        gave_way += not outcome.held
        skipped += outcome.skipped
        mark = "skipped" if outcome.skipped else "held" if outcome.held else "GAVE WAY"
        print(
            "\n".join(filled(f"{outcome.seconds:5.1f} s  {harmless(outcome.said)}", f"{mark:8} ", width + 2)),
            flush=True,
        )
    held = len(chosen) - gave_way - skipped
    print(f"\n{held} held, {gave_way} gave way, {skipped} do not apply here")
    return 1 if gave_way else 0
