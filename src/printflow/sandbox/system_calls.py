"""The calls of the Linux kernel's that a process in a sandbox may make, by name."""

from __future__ import annotations

from typing import Final


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COMPUTING: Final = _names("""
read write close futex mmap munmap mprotect brk madvise mremap lseek pread64 readv writev
fstat newfstatat statx stat lstat getdents64 getdents readlink readlinkat access faccessat
faccessat2 poll ppoll select pselect6 close_range pwrite64 pwritev preadv dup dup2 dup3 pipe
pipe2 flock fadvise64 readahead mincore msync membarrier mlock munlock mlock2 mbind
set_mempolicy get_mempolicy rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait
rt_sigpending rt_sigsuspend sigaltstack restart_syscall pause sched_yield nanosleep
clock_nanosleep clock_gettime clock_getres gettimeofday time times getpid gettid getppid
getuid geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid
getpriority getrlimit getrusage sysinfo uname statfs fstatfs getcwd chdir fchdir umask
set_tid_address set_robust_list rseq arch_prctl sched_getaffinity sched_getparam
sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu epoll_create
epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd eventfd2 getrandom exit exit_group
recvmsg recvfrom getsockname getsockopt
""")
"""To compute, to read, to run threads, and to talk over what is open already."""

WRITING: Final = _names("""
fsync fdatasync ftruncate fallocate mkdir mkdirat rename renameat renameat2 unlink unlinkat
rmdir creat sendfile copy_file_range
""")
"""Besides, where a process has a folder to write to. Modes and times of files are left out: Landlock
lets them be changed anywhere."""

STARTING: Final = ("execve",)
"""To become another program, as the start of a slicer needs."""
