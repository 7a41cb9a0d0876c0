"""Folders and buckets: whole objects or none, and each fault in one line."""

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import StoreError, UnreachableError
from service.store import Store, places
from tests.store.outside import objects
from tests.store.s3 import KEYS, bucket


@pytest.mark.parametrize("call", ["get", "put"])
def test_a_folder_that_may_not_be_used_is_one_line(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "files").mkdir()

    def refuse(self: Path, *args: object) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    there = places.at(folder.as_uri())
    ask: Callable[[], object] = (
        (lambda: there.get("ab/c.pdf")) if call == "get" else (lambda: there.put("ab/c.pdf", b""))
    )
    with pytest.raises(StoreError, match=r"^the folder .*: Permission denied$") as caught:
        ask()
    assert not isinstance(caught.value, UnreachableError)


def test_a_disk_that_fills_up_leaves_no_half_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "files").mkdir()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="cannot be written to: No space left on device"):
        places.at(folder.as_uri()).put("ab/c.pdf", b"some")
    assert objects(folder) == set()


def test_a_place_whose_package_is_not_installed_is_told_when_the_store_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    monkeypatch.setattr(places, "find_spec", lambda name: None)
    with pytest.raises(StoreError, match=r"needs the package fsspec: .*\[s3\]"):
        Store.open(url, artifacts="s3://bucket/briefs")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nosuch://bucket/x", "of a kind that fsspec does not know"),
        ("abfs://x/y", "needs the package adlfs: install fsspec, and"),
    ],
)
def test_a_place_that_nothing_here_reaches_is_one_line(address: str, said: str) -> None:
    pytest.importorskip("fsspec", reason="fsspec is not installed (extra s3)")
    with pytest.raises(StoreError, match=said):
        places.require(address)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(data=st.binary(max_size=5000), form=st.sampled_from(["pdf", "html", "eml", "json"]))
def test_any_bytes_come_back(tmp_path: Path, data: bytes, form: str) -> None:
    folder = tmp_path / "files"
    folder.mkdir(exist_ok=True)
    there, name = places.at(folder.as_uri()), f"ab/{len(data)}.{form}"
    there.put(name, data)
    there.put(name, data)
    assert there.get(name) == data


def faulty(monkeypatch: pytest.MonkeyPatch, error: Exception) -> places.Place:
    """Return a place of fsspec whose driver raises an error whatever it is asked for."""
    memory = pytest.importorskip("fsspec.implementations.memory", reason="needs fsspec (extra s3)")

    def fail(self: object, path: str, *args: Any) -> bytes:
        raise error

    for name in ("pipe_file", "cat_file", "rm_file"):
        monkeypatch.setattr(memory.MemoryFileSystem, name, fail)
    return places.Remote("memory://faulty")


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (PermissionError(errno.EACCES, "Access Denied"), False),
        (OSError(errno.EREMOTEIO, "We encountered an internal error"), True),
        (OSError(errno.EBUSY, "Please reduce your request rate."), True),
        (TimeoutError("no answer"), True),
        (ConnectionResetError("reset"), True),
        (OSError(errno.ENAMETOOLONG, "File name too long"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_a_fault_of_a_driver_is_one_line_and_says_whether_to_try_again(
    monkeypatch: pytest.MonkeyPatch, error: OSError, passing: bool
) -> None:
    there = faulty(monkeypatch, error)
    asked: list[Callable[[], object]] = [
        lambda: there.put("ab/c.pdf", b""),
        lambda: there.get("ab/c.pdf"),
        lambda: there.remove("ab/c.pdf"),
    ]
    for ask in asked:
        with pytest.raises(StoreError, match=r"^the place memory://faulty for files ") as caught:
            ask()
        assert "\n" not in str(caught.value)
        assert isinstance(caught.value, UnreachableError) is passing


def test_a_server_that_did_not_answer_is_left_alone_for_a_while_by_readers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("fsspec", reason="fsspec is not installed (extra s3)")
    now, asked = 100.0, 0
    there = places.Remote("memory://quiet", clock=lambda: now)
    there.put("ab/c.pdf", b"some")

    def fail(path: str) -> bytes:
        nonlocal asked
        asked += 1
        raise TimeoutError("no answer")

    with monkeypatch.context() as broken:
        broken.setattr(there._files, "cat_file", fail)
        for _ in range(3):
            with pytest.raises(UnreachableError, match="cannot be read: no answer"):
                there.get("ab/c.pdf")
    assert asked == 1
    # It answers again, and is asked again: after a while, or as soon as something was put.
    with pytest.raises(UnreachableError):
        there.get("ab/c.pdf")
    now += 15
    assert there.get("ab/c.pdf") == b"some"


def test_what_is_to_be_put_is_tried_though_nothing_could_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = faulty(monkeypatch, TimeoutError("no answer"))
    with pytest.raises(UnreachableError):
        there.get("ab/c.pdf")
    monkeypatch.undo()
    there.put("ab/c.pdf", b"some")
    assert there.get("ab/c.pdf") == b"some"


def test_a_mistake_in_the_code_is_not_taken_for_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match="a bug"):
        faulty(monkeypatch, TypeError("a bug")).get("ab/c.pdf")


def test_a_bucket_that_is_not_there_is_one_line() -> None:
    with bucket() as address:
        there = places.Remote(address.replace("s3://", "s3://none-"))
        assert there.get("ab/c.pdf") is None
        with pytest.raises(StoreError, match=r"^the place s3://none-.* cannot be written to: "):
            there.put("ab/c.pdf", b"")


def test_a_server_that_does_not_answer_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("s3fs", reason="s3fs is not installed (extra s3)")
    for name, value in (KEYS | {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}).items():
        monkeypatch.setenv(name, value)
    there = places.Remote("s3://unanswered/briefs")
    with pytest.raises(
        UnreachableError, match=r"^the place s3://unanswered/briefs .*127\.0\.0\.1:9"
    ):
        there.put("ab/c.pdf", b"")


def test_a_server_that_says_nothing_is_not_waited_for_and_may_be_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("s3fs", reason="s3fs is not installed (extra s3)")
    monkeypatch.setitem(places._OPTIONS["s3"]["config_kwargs"], "read_timeout", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for name, value in (KEYS | {"AWS_ENDPOINT_URL_S3": where}).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(UnreachableError, match="cannot be read: Read timeout on endpoint"):
            places.Remote("s3://silent/briefs").get("ab/c.pdf")


def test_keys_that_are_not_set_are_one_line_and_trying_again_is_no_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("s3fs", reason="s3fs is not installed (extra s3)")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(StoreError, match="Unable to locate credentials") as caught:
        places.Remote("s3://keyless/briefs").put("ab/c.pdf", b"")
    assert not isinstance(caught.value, UnreachableError)


def test_a_key_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    with bucket() as address:
        with pytest.raises(StoreError) as caught:
            places.Remote(address.replace("s3://", "s3://none-")).put("ab/c.pdf", b"")
        assert not any(key in str(caught.value) for key in KEYS.values() if key != "test")
