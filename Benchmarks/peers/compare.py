"""Whether a peer's drain left what `resutveksl run` leaves: takes snapshots of the own database, and compares two of them.

    compare.py take --own DSN FILE       what stands in the own database now
    compare.py tell FILE FILE            what is only in the one or only in the other; leaves with 3 if anything differs

A snapshot holds digests of rows and no person numbers: of each row of external_results with all its columns, of each row of
transfers, and of each order's state. What only points at other rows of the same database stands in it by meaning: a study by
person and institution, a part by the key of the whole.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from peers.shared.environment import use_environment  # noqa: E402

use_environment()

import asyncpg  # noqa: E402

from peers.shared.connections import asyncpg_arguments  # noqa: E402

PARTS = {
    "results": """
        SELECT concat_ws('/', r.source, s.institution, r.category) AS about, md5(s.person_id || '/' || r.result_key) AS key,
            md5(concat_ws('|', r.code, r.version, r.name_bokmal, r.name_nynorsk, r.name_english, r.thesis_title,
                r.thesis_title_english, r.description_bokmal, r.description_nynorsk, r.description_english, r.term_year,
                r.term, trim_scale(r.credits), r.grading_rule, trim_scale(r.grade_value), r.grade, r.obtained_on,
                'part of ' || q.result_key)) AS content
        FROM resutveksl.external_results r
        JOIN resutveksl.external_studies s USING (study_id)
        LEFT JOIN resutveksl.external_results q ON q.result_id = r.part_of
        WHERE r.origin = 'AUTOMATISK'
    """,
    "transfers": """
        SELECT t.source::text AS about, md5(o.person_id || '/' || t.source) AS key,
            concat_ws('|', t.outcome, t.held_back, t.results, t.is_known, t.found_earlier, t.basis) AS content
        FROM resutveksl.transfers t JOIN resutveksl.orders o USING (order_number)
    """,
    "orders": """
        SELECT o.state AS about, md5(o.person_id::text) AS key,
            concat_ws('|', o.state, o.refusal, o.new_results, o.held_back) AS content
        FROM resutveksl.orders o
    """,
}


async def take(own: str) -> dict[str, list[list[str]]]:
    connection = await asyncpg.connect(**asyncpg_arguments(own))
    try:
        return {
            part: sorted([row["about"], row["key"], row["content"]] for row in await connection.fetch(query))
            for part, query in PARTS.items()
        }
    finally:
        await connection.close()


def tell(left: dict, right: dict) -> bool:
    is_same = True
    for part in PARTS:
        one, other = ({tuple(row[:2]): row[2] for row in side[part]} for side in (left, right))
        missing, extra = one.keys() - other.keys(), other.keys() - one.keys()
        different = [key for key in one.keys() & other.keys() if one[key] != other[key]]
        print(
            f"{part}: {len(one)} and {len(other)}; {len(missing)} only first, {len(extra)} only second, "
            f"{len(different)} with other content"
        )
        for word, keys in (("only first", missing), ("only second", extra), ("other content", different)):
            for about, count in Counter(about for about, _ in keys).most_common(5):
                print(f"  {word}: {count} at {about}")
        if part != "results" and different:
            for change, count in Counter((one[key], other[key]) for key in different).most_common(5):
                print(f"  {count} times {change[0]} and {change[1]}")
        is_same = is_same and not (missing or extra or different)
    return is_same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser("take", help="what stands in the own database now")
    taking.add_argument("--own", required=True, metavar="DSN")
    taking.add_argument("file", type=Path)
    telling = commands.add_parser("tell", help="what differs between two snapshots")
    telling.add_argument("files", type=Path, nargs=2)
    options = parser.parse_args()
    if options.command == "take":
        options.file.write_text(json.dumps(asyncio.run(take(options.own))), encoding="utf-8")
    elif not tell(*(json.loads(file.read_text(encoding="utf-8")) for file in options.files)):
        sys.exit(3)


if __name__ == "__main__":
    main()
