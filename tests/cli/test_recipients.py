"""`briefing recipients` and `briefing deliveries`, as from a shell."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]

SETTINGS = """
[[edition]]
name = "daily"
every = "day"
[[edition]]
name = "weekly"
every = "week"
groups = ["officials"]
[[recipient]]
address = "Anna@Bücher.example"
name = "Анна, \\"A\\""
editions = ["daily"]
[[recipient]]
address = "b@two.example"
groups = ["officials"]
timezone = "Asia/Tokyo"
"""


@pytest.fixture
def desk(home: Path) -> Path:
    (home / "briefing.toml").write_text(SETTINGS, encoding="utf-8")
    return home


def listed(briefing: Run) -> dict[str, dict[str, Any]]:
    code, out, _ = briefing("recipients", "list", "--json")
    assert code == 0
    return {row["address"]: row for row in json.loads(out)}


def test_the_settings_recipients_are_listed_with_what_they_get(desk: Path, briefing: Run) -> None:
    rows = listed(briefing)
    assert {a: row["editions"] for a, row in rows.items()} == {
        "Anna@xn--bcher-kva.example": ["daily"],
        "b@two.example": ["weekly"],
    }
    code, out, _ = briefing("recipients", "list", "--edition", "weekly")
    assert code == 0
    assert "b@two.example" in out
    assert "Anna" not in out


def test_a_reader_is_added_leaves_and_comes_back_only_when_asked_for(
    desk: Path, briefing: Run
) -> None:
    words = ("recipients", "add", "c@three.example", "--edition", "daily", "--attach", "pdf,md")
    assert briefing(*words)[:2] == (0, "c@three.example: gets daily\n")
    assert listed(briefing)["c@three.example"]["attach"] == ["pdf", "md"]
    assert briefing("recipients", "unsubscribe", "c@three.example")[0] == 0
    code, out, err = briefing(*words)
    assert (code, out) == (0, "c@three.example: gets nothing yet\n")
    assert "`briefing recipients subscribe`" in err
    briefing("recipients", "subscribe", "c@three.example", "--edition", "daily")
    assert listed(briefing)["c@three.example"]["editions"] == ["daily"]


def test_a_reader_is_suppressed_and_allowed_again(desk: Path, briefing: Run) -> None:
    code, out, _ = briefing("recipients", "suppress", "b@two.example")
    assert (code, out) == (0, "b@two.example: suppressed (operator)\n")
    assert "suppressed (operator) since" in briefing("recipients", "list")[1]
    briefing("recipients", "unsuppress", "b@two.example")
    assert listed(briefing)["b@two.example"]["suppressed"] is None


def test_who_is_in_the_file_is_removed_there(desk: Path, briefing: Run) -> None:
    code, out, err = briefing("recipients", "remove", "b@two.example")
    assert (code, out) == (1, "")
    assert "cut it out there" in err
    briefing("recipients", "add", "c@three.example", "--edition", "daily")
    assert briefing("recipients", "remove", "c@three.example")[0] == 0
    assert "c@three.example" not in listed(briefing)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("c@x.example\r\nBcc: d@y.example",), "one line of text"),
        (("c@x.example,d@y.example",), "no address of one mailbox"),
        (("иван@x.example",), "smtp.utf8"),
        (("c@x.example", "--edition", "hourly"), 'no edition "hourly"; there are: daily, weekly'),
        (("c@x.example", "--format", "pdf"), "digest"),
        (("c@x.example", "--attach", "doc"), "attach"),
        (("c@x.example", "--timezone", "Mars"), "no time zone"),
        (("c@x.example", "--name", "a\nb"), "line break"),
        (("hooks.example", "--channel", "webhook"), "begins with https://"),
        (("here", "--channel", "folder"), "begins with /"),
    ],
)
def test_what_is_wrong_with_a_reader_is_one_line_and_exit_2(
    desk: Path, briefing: Run, words: tuple[str, ...], told: str
) -> None:
    code, out, err = briefing("recipients", "add", *words)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert told in line


def test_a_name_of_500_characters_is_kept_whole(desk: Path, briefing: Run) -> None:
    briefing("recipients", "add", "c@x.example", "--name", "ж" * 500)
    assert listed(briefing)["c@x.example"]["name"] == "ж" * 500


def test_a_list_is_imported_and_a_bad_line_costs_itself(desk: Path, briefing: Run) -> None:
    briefing("recipients", "add", "left@x.example", "--edition", "daily")
    briefing("recipients", "unsubscribe", "left@x.example", "--edition", "daily")
    (desk / "list.csv").write_text(
        "\ufeffaddress,Name,editions,format,attach,language,timezone,groups\n"
        'c@x.example,"Chen, Wei",daily weekly,full,"pdf, md",zh,Asia/Shanghai,\n'
        "d@x.example,,,,-,,,officials\n"
        "\n"
        "left@x.example,,daily,,,,,\n"
        "b@two.example,,daily,,,,,\n"
        '"e@x.example, f@x.example",,daily,,,,,\n'
        "g@x.example,,hourly,,,,,\n"
        "h@x.example,,daily,,doc,,,\n"
        "i@x.example,,daily,,,,Mars,\n"
        "j@x.example,,daily,,,,,,,one,too,many\n"
        "C@x.example,Twice,daily,,,,,\n",
        encoding="utf-8",
    )
    code, out, err = briefing("recipients", "import", "list.csv", "--json")
    assert code == 3
    report = {row["line"]: (row["done"], row.get("reason", "")) for row in json.loads(out)}
    done = {line: what for line, (what, _) in report.items()}
    assert done == {2: "added", 3: "added", 5: "changed"} | dict.fromkeys(
        range(6, 12), "refused"
    ) | {12: "changed"}
    assert "in the settings file" in report[6][1]
    assert "no address of one mailbox" in report[7][1]
    assert 'no edition "hourly"' in report[8][1]
    assert report[9][1].startswith("attach: ")
    assert "no time zone" in report[10][1]
    assert "12 cells" in report[11][1]
    assert "left@x.example: has left daily, and stays away from it" in err
    rows = listed(briefing)
    assert rows["c@x.example"]["editions"] == ["daily", "weekly"]
    assert rows["d@x.example"]["editions"] == ["weekly"]
    assert rows["d@x.example"]["attach"] == []
    assert rows["left@x.example"]["editions"] == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"name,editions\nA,daily\n", "address must be among them"),
        (b"address,colour\na@x.example,red\n", '"colour" is not right'),
        (b"", "must name the columns"),
        (b"address\n\xff\xfe\n", "not UTF-8"),
        (b'address\n"a@x.example\n' + b"x" * 200_000, "is not CSV"),
    ],
)
def test_a_file_that_is_no_list_is_one_line_and_exit_1(
    desk: Path, briefing: Run, data: bytes, told: str
) -> None:
    (desk / "list.csv").write_bytes(data)
    code, out, err = briefing("recipients", "import", "list.csv")
    assert (code, out) == (1, "")
    assert told in err
    assert len(err.splitlines()) == 1


def test_a_semicolon_separates_too(desk: Path, briefing: Run) -> None:
    (desk / "list.csv").write_text("address;editions\na@x.example;daily,weekly\n")
    assert briefing("recipients", "import", "list.csv")[0] == 0
    assert listed(briefing)["a@x.example"]["editions"] == ["daily", "weekly"]


def test_faults_of_recipients_in_the_settings_are_all_told(home: Path, briefing: Run) -> None:
    (home / "briefing.toml").write_text(
        SETTINGS
        + '[[recipient]]\naddress = "a@x.example, b@x.example"\neditions = ["daily"]\n'
        + '[[recipient]]\naddress = "c@x.example"\n'
        + '[[recipient]]\naddress = "B@two.example"\neditions = ["daily"]\n'
        + '[[recipient]]\naddress = "иван@x.example"\neditions = ["daily"]\n'
        + '[[recipient]]\naddress = "/srv"\nchannel = "folder"\neditions = ["hourly"]\n',
        encoding="utf-8",
    )
    code, _, err = briefing("recipients", "list")
    assert code == 1
    assert len(err.splitlines()) == 5
    for told in (
        "recipient[3].address: ",
        "recipient[4]: gets nothing",
        "recipient[5].address: B@two.example is given in recipient[2] already",
        "recipient[6].address: ",
        'recipient[7].editions: there is no edition "hourly"',
    ):
        assert told in err
