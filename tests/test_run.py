"""The script `run`, on machines of fakes: what it installs, says, refuses, and leaves behind."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.machine import Machine, bare, furnished

PANGO = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
SET_UP = [
    "venv",
    "pip --require-hashes -r .venv/build.txt",
    "pip --require-hashes --no-build-isolation --use-pep517 -r requirements.txt",
    "pip --no-deps --no-index --no-build-isolation -e .",
    "python -P -m service.render.fonts",
]
TESTS = "pip --require-hashes -r tests/requirements.txt"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return furnished(tmp_path)


def installed(machine: Machine) -> list[str]:
    """Return the packages that apt-get was asked to install."""
    return [
        word
        for call in machine.calls()
        if call.startswith("apt-get") and " install " in call
        for word in call.partition(" --no-install-recommends ")[2].split()
    ]


def test_first_start_sets_up_in_order_and_hands_over(machine: Machine) -> None:
    done = machine.run("now")
    assert machine.calls() == [*SET_UP, "briefing now"]
    assert done.returncode == 0
    assert done.stdout.startswith("briefing in ")


def test_progress_goes_to_stderr_and_the_noise_of_the_tools_nowhere(machine: Machine) -> None:
    done = machine.run("now")
    assert [line.split(" ")[:2] for line in done.stderr.splitlines()] == [
        ["run:", "making"],
        *[["run:", "installing"]] * 3,
        ["run:", "making"],
    ]
    assert "noise" not in done.stdout + done.stderr
    assert not list(machine.state.glob("tmp*"))


def test_second_start_does_nothing_but_hand_over(machine: Machine) -> None:
    machine.run("now")
    done = machine.run("issues", "list")
    assert machine.calls() == [*SET_UP, "briefing now", "briefing issues list"]
    assert done.stderr == ""


def test_only_the_pinned_build_tool_is_installed_before_the_rest(machine: Machine) -> None:
    machine.run("now")
    text = (machine.venv / "build.txt").read_text(encoding="utf-8")
    assert text == "setuptools==2 \\\n    --hash=b\n    # via first\n"


def test_words_reach_the_command_unchanged(machine: Machine) -> None:
    done = machine.run("now", "two  words", "*", "", "--out=a b", "$HOME")
    assert done.stdout.splitlines()[1:] == [
        *("<now>", "<two  words>", "<*>", "<>", "<--out=a b>", "<$HOME>")
    ]


def test_callers_folder_stays_and_home_is_the_checkout(machine: Machine, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    done = machine.run("now", cwd=elsewhere)
    assert done.stdout.splitlines()[0] == f"briefing in {elsewhere}, home {machine.checkout}"


def test_a_symlink_to_it_works_from_anywhere(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "brief me"
    link.symlink_to(os.path.relpath(machine.checkout / "run", link.parent))
    done = machine.run("now", cwd=tmp_path, script=link)
    assert f"home {machine.checkout}" in done.stdout


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh", "ksh"])
def test_it_runs_in_any_posix_shell(machine: Machine, shell: str) -> None:
    name, *words = shell.split()
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    machine.command("shell", f'#!/bin/sh\nexec {" ".join([found, *words])} "$@"\n')
    done = machine.run("now", shell=str(machine.bin / "shell"))
    assert (done.returncode, machine.calls()) == (0, [*SET_UP, "briefing now"]), done.stderr


def test_exit_code_of_the_command_comes_through(machine: Machine) -> None:
    assert machine.run("now", FAIL="briefing").returncode == 4


def test_a_bare_debian_gets_all_system_packages_as_root(tmp_path: Path) -> None:
    machine = bare(tmp_path)
    done = machine.run("now")
    assert installed(machine) == ["python3", "python3-venv", *PANGO.split()]
    assert (done.returncode, machine.calls()[-1]) == (0, "briefing now")
    assert "sudo" not in " ".join(machine.calls())


def test_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    machine = bare(tmp_path)
    machine.python("python3", "3.13")
    machine.flag("venv")
    assert machine.run("now").returncode == 0
    assert installed(machine) == PANGO.split()


def test_sudo_is_used_where_it_asks_for_no_password(tmp_path: Path) -> None:
    machine = bare(tmp_path, root=False)
    machine.flag("sudo-allowed")
    assert machine.run("now").returncode == 0
    assert installed(machine) == ["python3", "python3-venv", *PANGO.split()]


def test_without_root_it_stops_with_the_one_command(tmp_path: Path) -> None:
    machine = bare(tmp_path, root=False)
    done = machine.run("now")
    assert done.returncode == 1
    assert done.stderr == (
        "run: system packages are missing; please run: "
        f"sudo apt-get install -y --no-install-recommends python3 python3-venv {PANGO}\n"
    )
    assert installed(machine) == []
    assert not machine.venv.exists()


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("dnf", "sudo dnf install -y python3 pango harfbuzz"),
        ("brew", "brew install python@3.13 pango"),
        ("none", "please install Python 3.11 to 3.13 with venv, Pango 1.44 or later"),
    ],
)
def test_other_systems_are_told_their_command(tmp_path: Path, manager: str, command: str) -> None:
    machine = bare(tmp_path)
    (machine.bin / "apt-get").unlink()
    if manager != "none":
        machine.command(manager, "#!/bin/sh\nexit 99\n")
    done = machine.run("now")
    assert done.returncode == 1
    assert command in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.14", "2.7"])
def test_a_python_too_old_or_too_new_is_refused_by_its_version(
    machine: Machine, version: str
) -> None:
    machine.python("python3", version)
    done = machine.run("now")
    assert done.returncode == 1
    assert f"Python 3.11, 3.12 or 3.13 is needed, and only {version} is here" in done.stderr
    assert machine.calls() == []


def test_a_right_python_beside_a_wrong_one_is_found(machine: Machine) -> None:
    machine.python("python3", "3.14")
    machine.python("python3.12", "3.12")
    assert machine.run("now").returncode == 0


def test_a_shim_without_a_python_behind_it_is_passed_over(machine: Machine) -> None:
    machine.command(
        "python3", "#!/bin/sh\necho 'pyenv: python3: command not found' >&2; exit 127\n"
    )
    machine.python("python3.11", "3.11")
    done = machine.run("now")
    assert (done.returncode, "pyenv" in done.stderr) == (0, False)


def test_a_failing_apt_get_is_named_with_its_reason(tmp_path: Path) -> None:
    machine = bare(tmp_path)
    machine.flag("apt-fails")
    done = machine.run("now")
    assert done.returncode == 1
    assert "E: Unable to locate package\nrun: FAILED: installing system packages" in done.stderr
    assert not machine.venv.exists()


def test_what_apt_get_did_not_bring_is_named(tmp_path: Path) -> None:
    machine = bare(tmp_path)
    machine.command("apt-get", "#!/bin/sh\nexit 0\n")
    done = machine.run("now")
    assert done.returncode == 1
    assert f"still missing: python3 python3-venv {PANGO}" in done.stderr


@pytest.mark.parametrize("call", SET_UP[1:])
def test_a_failing_step_says_why_leaves_nothing_and_can_be_repeated(
    machine: Machine, call: str
) -> None:
    absolute = call.replace(".venv/build", f"{machine.venv}/build")
    absolute = absolute.replace("-r requirements", f"-r {machine.checkout}/requirements")
    done = machine.run("now", FAIL=absolute.removesuffix(" ."))
    assert done.returncode == 1
    assert "ERROR: it broke\nrun: FAILED: " in done.stderr
    assert done.stdout == ""
    assert not machine.venv.exists()
    assert not list(machine.state.glob("tmp*"))
    assert machine.run("now").returncode == 0


@pytest.mark.parametrize("signal", ["INT", "TERM", "HUP"])
def test_an_interrupted_set_up_leaves_nothing(machine: Machine, signal: str) -> None:
    done = machine.run("now", FAIL=SET_UP[1][:20], HOW=f"kill -{signal} $PPID; exit 0")
    assert done.returncode == (130 if signal == "INT" else 143)
    assert not machine.venv.exists()
    assert "briefing now" not in machine.calls()


def test_a_killed_set_up_is_begun_again_at_the_next_start(machine: Machine) -> None:
    done = machine.run("now", FAIL=SET_UP[1][:20], HOW="kill -KILL $PPID; exit 0")
    assert done.returncode != 0
    assert machine.venv.exists()
    (machine.venv / "half").touch()
    assert machine.run("now").returncode == 0
    assert not (machine.venv / "half").exists()


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_changed_requirements_are_installed_anew(machine: Machine, name: str) -> None:
    machine.run("now")
    (machine.checkout / name).write_text("setuptools==9\n")
    machine.run("now")
    assert machine.calls() == [*SET_UP, "briefing now"] * 2


def test_a_moved_checkout_is_set_up_anew(machine: Machine, tmp_path: Path) -> None:
    machine.run("now")
    moved = machine.checkout.rename(tmp_path / "moved")
    machine.run("now", script=moved / "run")
    assert machine.calls().count("venv") == 2


def test_an_interpreter_that_is_gone_is_replaced(machine: Machine) -> None:
    machine.run("now")
    (machine.venv / "bin" / "python").unlink()
    assert machine.run("now").returncode == 0
    assert machine.calls().count("venv") == 2


def test_two_starts_at_once_set_up_once(machine: Machine) -> None:
    both = [machine.start("now") for _ in range(2)]
    ends = [(process.communicate(timeout=60), process.returncode) for process in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert machine.calls().count("venv") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(machine: Machine) -> None:
    machine.checkout.chmod(0o555)
    done = machine.run("now")
    machine.checkout.chmod(0o755)
    assert done.stderr == f"run: cannot write to {machine.checkout}\n"


def test_test_runs_every_check_and_pytest_last(machine: Machine) -> None:
    done = machine.run("test", "-x", "tests/a b.py")
    assert machine.calls() == [
        *SET_UP,
        TESTS,
        "ruff format --check .",
        "ruff check .",
        "mypy ",
        "lint-imports ",
        "pytest -n 3 --dist worksteal -m not slow -x tests/a b.py",
    ]
    assert done.returncode == 0
    assert f"pytest in {machine.checkout}" in done.stdout


def test_test_all_runs_the_slow_ones_too(machine: Machine) -> None:
    machine.run("test", "--all", "-x")
    assert machine.calls()[-1] == "pytest -n 3 --dist worksteal -m  -x"


def test_a_server_for_the_tests_is_installed_where_there_is_none(machine: Machine) -> None:
    done = machine.run("test", "--with-postgres", "--all", "-x", PG_PROGRAMS="none")
    assert installed(machine) == ["postgresql"]
    assert (done.returncode, machine.calls()[-1]) == (0, "pytest -n 3 --dist worksteal -m  -x")


@pytest.mark.parametrize("tool", ["ruff", "mypy", "lint-imports", "pytest"])
def test_a_failing_check_fails_the_test_run(machine: Machine, tool: str) -> None:
    done = machine.run("test", FAIL=tool)
    assert done.returncode == 4
    assert machine.calls()[-1].startswith(tool)


def test_the_packages_for_tests_are_installed_once_and_only_for_tests(machine: Machine) -> None:
    machine.run("now")
    assert TESTS not in machine.calls()
    machine.run("test")
    machine.run("test")
    assert machine.calls().count(TESTS) == 1


def test_a_failing_install_of_the_test_packages_keeps_the_service(machine: Machine) -> None:
    machine.run("now")
    fail = f"pip --require-hashes -r {machine.checkout}/tests/requirements.txt"
    done = machine.run("test", FAIL=fail)
    assert (done.returncode, "tests/requirements.txt" in done.stderr) == (1, True)
    assert machine.run("now").stderr == ""
    assert machine.run("test").returncode == 0


def test_bench_runs_the_benchmarks_from_the_callers_folder(machine: Machine) -> None:
    assert machine.run("bench", "speed", "--n=5").returncode == 0
    assert machine.calls()[-1] == "python -P -m benchmarks speed --n=5"


def test_ci_calls_run_test_and_nothing_else(machine: Machine, tmp_path: Path) -> None:
    done = machine.run(script=machine.checkout / ".ci" / "run", cwd=tmp_path)
    assert done.returncode == 0
    assert machine.calls()[-1] == "pytest -n 3 --dist worksteal -m not slow"


def test_the_script_is_valid_in_the_strictest_shell_here() -> None:
    script = Path(__file__).resolve().parents[1] / "run"
    shell = shutil.which("dash") or "sh"
    assert subprocess.run([shell, "-n", script], check=False).returncode == 0
