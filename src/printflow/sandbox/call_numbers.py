"""The numbers of the kernel's calls on the two processors that labs' servers have.

Source: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of the kernel; a
number once given never changes. arm64 has only the newer of calls that do the same.
"""

from __future__ import annotations

from typing import Final


def _numbers(text: str) -> dict[str, int]:
    pairs = (word.partition("=") for word in text.split())
    return {name: int(number) for name, _, number in pairs}


X86_64: Final = _numbers("""
read=0 write=1 close=3 futex=202 mmap=9 munmap=11 mprotect=10 brk=12 madvise=28 mremap=25
lseek=8 pread64=17 readv=19 writev=20 fstat=5 newfstatat=262 statx=332 stat=4 lstat=6
getdents64=217 getdents=78 readlink=89 readlinkat=267 access=21 faccessat=269 faccessat2=439
poll=7 ppoll=271 select=23 pselect6=270 close_range=436 pwrite64=18 pwritev=296 preadv=295
dup=32 dup2=33 dup3=292 pipe=22 pipe2=293 fcntl=72 flock=73 fadvise64=221 readahead=187
mincore=27 msync=26 membarrier=324 mlock=149 munlock=150 mlock2=325 mbind=237
set_mempolicy=238 get_mempolicy=239 rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15
rt_sigtimedwait=128 rt_sigpending=127 rt_sigsuspend=130 sigaltstack=131 restart_syscall=219
pause=34 sched_yield=24 nanosleep=35 clock_nanosleep=230 clock_gettime=228 clock_getres=229
gettimeofday=96 time=201 times=100 getpid=39 gettid=186 getppid=110 getuid=102 geteuid=107
getgid=104 getegid=108 getgroups=115 getresuid=118 getresgid=120 getpgrp=111 getpgid=121
getsid=124 getpriority=140 getrlimit=97 getrusage=98 sysinfo=99 uname=63 statfs=137
fstatfs=138 getcwd=79 chdir=80 fchdir=81 umask=95 set_tid_address=218 set_robust_list=273
rseq=334 arch_prctl=158 sched_getaffinity=204 sched_setaffinity=203 sched_getparam=143
sched_getscheduler=145 sched_get_priority_max=146 sched_get_priority_min=147 getcpu=309
epoll_create=213 epoll_create1=291 epoll_ctl=233 epoll_wait=232 epoll_pwait=281 eventfd=284
eventfd2=290 getrandom=318 exit=60 exit_group=231 recvmsg=47 recvfrom=45 getsockname=51
getsockopt=55 fsync=74 fdatasync=75 ftruncate=77 fallocate=285 mkdir=83 mkdirat=258
rename=82 renameat=264 renameat2=316 unlink=87 unlinkat=263 rmdir=84 creat=85 sendfile=40
copy_file_range=326 execve=59 open=2 openat=257 clone=56 prctl=157 prlimit64=302 tgkill=234
ioctl=16
""")

AARCH64: Final = _numbers("""
read=63 write=64 close=57 futex=98 mmap=222 munmap=215 mprotect=226 brk=214 madvise=233
mremap=216 lseek=62 pread64=67 readv=65 writev=66 fstat=80 newfstatat=79 statx=291
getdents64=61 readlinkat=78 faccessat=48 faccessat2=439 ppoll=73 pselect6=72 close_range=436
pwrite64=68 pwritev=70 preadv=69 dup=23 dup3=24 pipe2=59 fcntl=25 flock=32 fadvise64=223
readahead=213 mincore=232 msync=227 membarrier=283 mlock=228 munlock=229 mlock2=284
mbind=235 set_mempolicy=237 get_mempolicy=236 rt_sigaction=134 rt_sigprocmask=135
rt_sigreturn=139 rt_sigtimedwait=137 rt_sigpending=136 rt_sigsuspend=133 sigaltstack=132
restart_syscall=128 sched_yield=124 nanosleep=101 clock_nanosleep=115 clock_gettime=113
clock_getres=114 gettimeofday=169 times=153 getpid=172 gettid=178 getppid=173 getuid=174
geteuid=175 getgid=176 getegid=177 getgroups=158 getresuid=148 getresgid=150 getpgid=155
getsid=156 getpriority=141 getrlimit=163 getrusage=165 sysinfo=179 uname=160 statfs=43
fstatfs=44 getcwd=17 chdir=49 fchdir=50 umask=166 set_tid_address=96 set_robust_list=99
rseq=293 sched_getaffinity=123 sched_setaffinity=122 sched_getparam=121
sched_getscheduler=120 sched_get_priority_max=125 sched_get_priority_min=126 getcpu=168
epoll_create1=20 epoll_ctl=21 epoll_pwait=22 eventfd2=19 getrandom=278 exit=93 exit_group=94
recvmsg=212 recvfrom=207 getsockname=204 getsockopt=209 fsync=82 fdatasync=83 ftruncate=46
fallocate=47 mkdirat=34 renameat=38 renameat2=276 unlinkat=35 sendfile=71
copy_file_range=285 execve=221 openat=56 clone=220 prctl=167 prlimit64=261 tgkill=131
ioctl=29
""")
