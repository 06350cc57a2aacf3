/* Makes one write of a process fail, or kills the process there: LD_PRELOAD=injector.so, by tests/faults/injection.py.
 *
 * FAULTS_WITHIN  path; only what is written below it counts
 * FAULTS_IN      folder of planned faults: a file NAME that reads "NUMBER KIND". NAME is the rule of a job, or "main" for
 *                Snakemake itself; at its write NUMBER (from 0) the process gets KIND: "kill", "ENOSPC" or "EIO". The
 *                file is removed then, so that a fault happens once.
 * FAULTS_COUNTED file to which each process adds "NAME COUNT", the number of its writes, at its end; optional
 * FAULTS_DONE    file to which each fault is added: "NAME NUMBER KIND CALL PATH"
 *
 * A write is a call that may fail for lack of space: open for writing, write, pwrite, writev, mkdir, rename.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SCRIPTS "/.snakemake/scripts/"

static char name[64];                 /* of this process; empty: it is left alone */
static char within[4096], plan[4200];
static atomic_int count;
static int planned = -1, planned_errno; /* errno 0: kill */
static char kind[16];

static void add_line(const char *file, const char *line) {
    if (!file) return;
    int fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0) return;
    syscall(SYS_write, fd, line, strlen(line));
    syscall(SYS_close, fd);
}

static void name_of_process(void) {
    char line[8192];
    int fd = syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY, 0);
    if (fd < 0) return;
    ssize_t size = syscall(SYS_read, fd, line, sizeof line - 1);
    syscall(SYS_close, fd);
    if (size <= 0) return;
    char *words[64];
    int many = 0;
    line[size] = 0;
    for (char *word = line; word < line + size && many < 64; word += strlen(word) + 1) words[many++] = word;
    for (int i = 1; i < many; i++) {
        char *script = strstr(words[i], SCRIPTS);
        if (script && !strchr(words[i], ' ')) { /* .../tmpabc.evaluate.py; with a space it is the shell's line */
            char *rule = strchr(script + strlen(SCRIPTS), '.'), *end = strrchr(script, '.');
            if (rule && end > rule) snprintf(name, sizeof name, "%.*s", (int)(end - rule - 1), rule + 1);
            return;
        }
        if (i + 1 < many && !strcmp(words[i], "-m") && !strcmp(words[i + 1], "snakemake")) strcpy(name, "main");
    }
}

static void read_plan(void) {
    char text[64], *folder = getenv("FAULTS_IN");
    if (!folder) return;
    snprintf(plan, sizeof plan, "%s/%s", folder, name);
    int fd = syscall(SYS_openat, AT_FDCWD, plan, O_RDONLY, 0);
    if (fd < 0) return;
    ssize_t size = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    if (size <= 0) return;
    text[size] = 0;
    if (sscanf(text, "%d %15s", &planned, kind) != 2) planned = -1;
    planned_errno = !strcmp(kind, "ENOSPC") ? ENOSPC : !strcmp(kind, "EIO") ? EIO : 0;
}

__attribute__((constructor)) static void begin(void) {
    char *folder = getenv("FAULTS_WITHIN");
    if (!folder) return;
    name_of_process();
    if (!*name) return;
    snprintf(within, sizeof within, "%s", folder);
    read_plan();
}

__attribute__((destructor)) static void end(void) {
    char line[128];
    if (!*name || !*within) return;
    snprintf(line, sizeof line, "%s %d\n", name, atomic_load(&count));
    add_line(getenv("FAULTS_COUNTED"), line);
}

/* For a process that forks: this process's write NUMBER below WITHIN fails, or it is killed there ("kill"). */
void faults_arm(const char *folder, int number, const char *with) {
    strcpy(name, "armed");
    snprintf(within, sizeof within, "%s", folder);
    snprintf(kind, sizeof kind, "%s", with);
    *plan = 0;
    atomic_store(&count, 0);
    planned = number;
    planned_errno = !strcmp(with, "ENOSPC") ? ENOSPC : !strcmp(with, "EIO") ? EIO : 0;
}

int faults_count(void) { return atomic_load(&count); }

/* 1 where this write has to fail: errno is set. Does not return where the process is killed. */
static int fails(const char *call, const char *path) {
    char absolute[4096 + 4096], line[8192 + 256], here[4096];
    if (!*name || !*within || !path) return 0;
    if (*path != '/' && getcwd(here, sizeof here)) {
        snprintf(absolute, sizeof absolute, "%s/%s", here, path);
        path = absolute;
    }
    if (strncmp(path, within, strlen(within))) return 0;
    if (atomic_fetch_add(&count, 1) != planned) return 0;
    if (*plan && syscall(SYS_unlinkat, AT_FDCWD, plan, 0)) return 0; /* another process had this fault */
    snprintf(line, sizeof line, "%s %d %s %s %s\n", name, planned, kind, call, path);
    add_line(getenv("FAULTS_DONE"), line);
    if (!planned_errno) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    errno = planned_errno;
    return 1;
}

static int fd_fails(const char *call, int fd) {
    char link[64], path[4096];
    if (!*name || fd < 3) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    return fails(call, path);
}

static int at_fails(const char *call, int folder, const char *path) {
    return (folder == AT_FDCWD || *path == '/') && fails(call, path);
}

#define REAL(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))
#define WRITES(flags) ((flags) & (O_WRONLY | O_RDWR | O_CREAT))
#define MODE                                      \
    va_list rest;                                 \
    va_start(rest, flags);                        \
    mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);

int open(const char *path, int flags, ...) {
    MODE
    return WRITES(flags) && fails("open", path) ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    MODE
    return WRITES(flags) && fails("open", path) ? -1 : REAL(open64)(path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
    MODE
    return WRITES(flags) && at_fails("open", folder, path) ? -1 : REAL(openat)(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
    MODE
    return WRITES(flags) && at_fails("open", folder, path) ? -1 : REAL(openat64)(folder, path, flags, mode);
}
FILE *fopen(const char *path, const char *mode) {
    return *mode != 'r' && fails("open", path) ? NULL : REAL(fopen)(path, mode);
}
FILE *fopen64(const char *path, const char *mode) {
    return *mode != 'r' && fails("open", path) ? NULL : REAL(fopen64)(path, mode);
}
ssize_t write(int fd, const void *bytes, size_t size) {
    return fd_fails("write", fd) ? -1 : REAL(write)(fd, bytes, size);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    return fd_fails("write", fd) ? -1 : REAL(pwrite)(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    return fd_fails("write", fd) ? -1 : REAL(pwrite64)(fd, bytes, size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int many) {
    return fd_fails("write", fd) ? -1 : REAL(writev)(fd, parts, many);
}
int mkdir(const char *path, mode_t mode) {
    /* a folder that is there takes no space */
    return access(path, F_OK) && fails("mkdir", path) ? -1 : REAL(mkdir)(path, mode);
}
int rename(const char *from, const char *to) {
    return fails("rename", to) ? -1 : REAL(rename)(from, to);
}
