"""What a model would do that took over the process which reads it: everything that it can.

Reads its orders from standard input, prints the ways that worked. Standard library alone: it runs
within the sandbox and without.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

libc = ctypes.CDLL(None, use_errno=True)
PARENT = os.getppid()
orders: dict[str, Any] = {}
STORE = Path()


def system_call(number: int, *arguments: Any) -> int:
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    libc.syscall.restype = ctypes.c_long
    done = int(libc.syscall(ctypes.c_long(number), *given))
    if done < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return done


def read(path: Path | str) -> None:
    assert Path(path).read_bytes()


def connect(family: int, kind: int, address: Any) -> None:
    with socket.socket(family, kind) as one:
        one.settimeout(5)
        one.connect(address)


def environment() -> None:
    assert orders["in_environment"] in "\n".join(os.environ.values())


def forked() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def raise_own_limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def set_soft_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft - 1, 1), hard))


def read_parents_memory() -> None:
    class Part(ctypes.Structure):
        _fields_ = (("at", ctypes.c_void_p), ("size", ctypes.c_size_t))

    secret = ctypes.create_string_buffer(len(orders["in_memory"]))
    mine = Part(ctypes.addressof(secret), len(secret))
    theirs = Part(orders["address"], len(secret))
    done = libc.process_vm_readv(
        PARENT, ctypes.byref(mine), ctypes.c_ulong(1), ctypes.byref(theirs), ctypes.c_ulong(1), 0
    )
    assert done == len(secret)
    assert secret.raw.decode() == orders["in_memory"]


def trace_parent() -> None:
    seize = 0x4206
    libc.ptrace.restype = ctypes.c_long
    if libc.ptrace(seize, PARENT, None, None) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def signal_by_file() -> None:
    """A pipe that signals its owner: the parent."""
    import fcntl

    one, other = os.pipe()
    fcntl.fcntl(one, fcntl.F_SETOWN, PARENT)
    os.close(one)
    os.close(other)


def write_new(path: Path) -> None:
    path.write_bytes(b"x")
    path.unlink()


def became_a_shell() -> None:
    """execve itself, so that it must be the last way of all."""
    say()
    os.execv("/bin/sh", ["/bin/sh", "-c", "echo became a shell"])


WAYS: dict[str, Callable[[], object]] = {
    "read secret.key": lambda: read(STORE / "secret.key"),
    "read the settings": lambda: read(STORE / "printflow.toml"),
    "read the database": lambda: read(STORE / "printflow.db"),
    "read another student's model": lambda: read(STORE / "Uploaded" / "other.stl"),
    "read /etc/passwd": lambda: read("/etc/passwd"),
    "read by way of /proc": lambda: read(f"/proc/self/root{STORE / 'secret.key'}"),
    "read the parent's environment": lambda: read(f"/proc/{PARENT}/environ"),
    "read by the parent's root": lambda: read(f"/proc/{PARENT}/root{STORE / 'secret.key'}"),
    "read by the parent's open files": lambda: read(f"/proc/{PARENT}/fd/{orders['open']}"),
    "read the parent's memory": read_parents_memory,
    "list the store": lambda: os.listdir(STORE),
    "list the root": lambda: os.listdir("/"),
    "find a secret in the environment": environment,
    "write to the store": lambda: write_new(STORE / "Uploaded" / "new.stl"),
    "write to /tmp": lambda: write_new(Path(f"/tmp/printflow-payload-{os.getpid()}")),
    "write to shared memory": lambda: write_new(Path(f"/dev/shm/printflow-{os.getpid()}")),
    "write to where it is": lambda: write_new(Path(__file__).with_name(f"w{os.getpid()}")),
    "open a file of the store for writing": lambda: (STORE / "Uploaded" / "other.stl").open("r+b"),
    "open the secrets to all": lambda: (STORE / "secret.key").chmod(0o666),
    "rename in the store": lambda: (STORE / "a").rename(STORE / "a"),
    "plant a link": lambda: (STORE / f"l{os.getpid()}").symlink_to("/etc/passwd"),
    "link a file": lambda: os.link(STORE / "secret.key", STORE / f"h{os.getpid()}"),
    "remove a file": lambda: (STORE / f"remove{orders['run']}").unlink(),
    "keep memory as a file": lambda: os.close(os.memfd_create("x")),
    "watch files": lambda: os.close(libc_inotify()),
    "connect by TCP": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, tuple(orders["tcp"])),
    "send by UDP": lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, tuple(orders["tcp"])),
    "connect to a local socket": lambda: connect(
        socket.AF_UNIX, socket.SOCK_STREAM, orders["local"]
    ),
    "connect to an abstract socket": lambda: connect(
        socket.AF_UNIX, socket.SOCK_STREAM, "\0" + orders["abstract"]
    ),
    "make a pair of sockets": lambda: socket.socketpair()[0].close(),
    "listen": lambda: socket.create_server(("127.0.0.1", 0)).close(),
    "raise a limit": raise_own_limit,
    "set a soft limit": set_soft_limit,
    "limit the parent": lambda: resource.prlimit(
        PARENT, resource.RLIMIT_CORE, resource.prlimit(PARENT, resource.RLIMIT_CORE)
    ),
    "slow the parent down": lambda: os.setpriority(
        os.PRIO_PROCESS, PARENT, os.getpriority(os.PRIO_PROCESS, PARENT)
    ),
    "bind the parent to a processor": lambda: os.sched_setaffinity(
        PARENT, os.sched_getaffinity(PARENT)
    ),
    "fork": forked,
    "spawn": lambda: subprocess.run(["/bin/true"], check=True),
    "leave its session": lambda: _in_child(os.setsid),
    "change its group": lambda: _in_child(lambda: os.setpgid(0, 0)),
    "trace the parent": trace_parent,
    "signal the parent": lambda: os.kill(PARENT, 0),
    "signal everybody": lambda: os.kill(-os.getpgrp(), 0),
    "signal by a thread's number": lambda: libc_tgkill(),
    "signal by a pipe": signal_by_file,
    "hold the parent by a descriptor": lambda: os.close(os.pidfd_open(PARENT)),
}

REFUSED = {
    # Numbers of x86-64 and arm64; within the sandbox these calls are as if they were not there.
    "unshare": (272, 97), "mount": (165, 40), "keyctl": (250, 219), "add_key": (248, 217),
    "bpf": (321, 280), "io_uring_setup": (425, 425), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241), "pivot_root": (155, 41), "setns": (308, 268),
    "kexec_load": (246, 104), "init_module": (175, 105), "open_by_handle_at": (304, 265),
    "process_vm_writev": (311, 271), "seccomp": (317, 277), "clone3": (435, 435),
    "execveat": (322, 281), "chroot": (161, 51), "setuid": (105, 146), "personality": (135, 92),
    "mknodat": (259, 33), "openat2": (437, 437), "tkill": (200, 130), "reboot": (169, 142),
}  # fmt: skip


def libc_inotify() -> int:
    return system_call(294 if os.uname().machine == "x86_64" else 26, 0)


def libc_tgkill() -> int:
    return system_call(234 if os.uname().machine == "x86_64" else 131, PARENT, PARENT, 0)


def _in_child(attempt: Callable[[], object]) -> None:
    """In a fork where there is one, as outside a sandbox this process must stay where it is."""
    try:
        child = os.fork()
    except OSError:
        attempt()
        return
    if not child:
        try:
            attempt()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


worked: list[str] = []
not_there: list[str] = []


def say() -> None:
    print(json.dumps({"worked": worked, "not_there": not_there}), flush=True)


def main() -> None:
    orders.update(json.loads(sys.stdin.readline()))
    global STORE
    STORE = Path(orders["store"])
    if orders.get("outlive"):
        outlive(orders["outlive"])
        return
    for name, attempt in WAYS.items():
        try:
            attempt()
        except (OSError, AssertionError, ValueError):
            continue
        worked.append(name)
    column = 0 if os.uname().machine == "x86_64" else 1
    for name, numbers in REFUSED.items():
        try:
            system_call(numbers[column], -1, 0, 0, -1, 0)
        except OSError as error:
            if error.errno == errno.ENOSYS:
                not_there.append(name)
    thread = threading.Thread(target=lambda: worked.append("run a thread"))
    thread.start()
    thread.join()
    with contextlib.suppress(OSError):
        became_a_shell()


def outlive(pipe: int) -> None:
    """Fork twice, leave the session, hold a pipe open, and wait to be killed."""
    try:
        if not os.fork():
            os.setsid()
            if not os.fork():
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                os.write(pipe, b"%d\n" % os.getpid())
                threading.Event().wait(60)
            os._exit(0)
    except OSError:
        os.write(pipe, b"0\n")
    threading.Event().wait(60)


if __name__ == "__main__":
    main()
