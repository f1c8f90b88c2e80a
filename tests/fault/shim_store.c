/* Preloaded into PostgreSQL: a disk that forgets what was not synced, and one that is full.
 *
 * Beside the data directory D stands a second one, the shadow: what would be found after the power
 * had failed. It begins as a copy. A file's bytes get into it when the file is synced (fsync,
 * fdatasync) and not before; new names, renamings and removals get into it at once, which a real
 * file system may do too. To lose the power is then: kill every process, put the shadow in the place
 * of D. kill -9 alone proves nothing about fsync, since the kernel keeps what was written.
 *
 * Full: whatever would make a file of D longer fails with ENOSPC; what is allocated can be written.
 *
 *   LEITAI_TEST_DATA    D, as PostgreSQL names it (absolute)
 *   LEITAI_TEST_SHADOW  the shadow; "": none
 *   LEITAI_TEST_FULL    the disk is full while this file exists
 *
 * Writes go through pwrite and pwritev (data files, the log) and write (a new segment of the log). */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

#define NEXT(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* The shadow's name of a path inside the data directory; false for any other path. PostgreSQL's
 * working directory is D. */
static bool shadow_of(const char *path, char *ret)
{
    const char *data = getenv("LEITAI_TEST_DATA"), *shadow = getenv("LEITAI_TEST_SHADOW");
    size_t n;
    if (!data || !shadow || !shadow[0])
        return false;
    n = strlen(data);
    if (path[0] != '/')
        snprintf(ret, PATH_BYTES, "%s/%s", shadow, path);
    else if (strncmp(path, data, n) == 0 && path[n] == '/')
        snprintf(ret, PATH_BYTES, "%s%s", shadow, path + n);
    else
        return false;
    return true;
}

static bool name_of(int fd, char *ret)
{
    char fd_path[64];
    ssize_t n;
    snprintf(fd_path, sizeof fd_path, "/proc/self/fd/%d", fd);
    n = readlink(fd_path, ret, PATH_BYTES - 1);
    if (n <= 0)
        return false;
    ret[n] = '\0';
    return true;
}

/* In place, so that a power failure in the middle leaves each byte old or new. */
static void copy(const char *from, const char *to)
{
    static char block[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    off_t at = 0;
    ssize_t n;
    while (in >= 0 && out >= 0 && (n = pread(in, block, sizeof block, at)) > 0) {
        if (NEXT(pwrite)(out, block, (size_t)n, at) != n)
            abort();
        at += n;
    }
    if (in >= 0 && out >= 0 && ftruncate(out, at) != 0)
        abort();
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
}

static void synced(int fd)
{
    char path[PATH_BYTES], shadow[PATH_BYTES];
    struct stat st;
    int saved = errno;
    if (name_of(fd, path) && shadow_of(path, shadow) && fstat(fd, &st) == 0 &&
        S_ISREG(st.st_mode) && st.st_nlink > 0)
        copy(path, shadow);
    errno = saved;
}

int fsync(int fd)
{
    int r = NEXT(fsync)(fd);
    if (r == 0)
        synced(fd);
    return r;
}

int fdatasync(int fd)
{
    int r = NEXT(fdatasync)(fd);
    if (r == 0)
        synced(fd);
    return r;
}

int rename(const char *from, const char *to)
{
    char a[PATH_BYTES], b[PATH_BYTES];
    int r = NEXT(rename)(from, to), saved = errno;
    if (r == 0 && shadow_of(from, a) && shadow_of(to, b))
        NEXT(rename)(a, b); /* what was never synced is not there to be renamed */
    errno = saved;
    return r;
}

int link(const char *from, const char *to)
{
    char a[PATH_BYTES], b[PATH_BYTES];
    int r = NEXT(link)(from, to), saved = errno;
    if (r == 0 && shadow_of(from, a) && shadow_of(to, b))
        r = NEXT(link)(a, b) == 0 ? 0 : r; /* what was never synced is not there */
    errno = saved;
    return r;
}

int unlink(const char *path)
{
    char a[PATH_BYTES];
    int r = NEXT(unlink)(path), saved = errno;
    if (r == 0 && shadow_of(path, a))
        NEXT(unlink)(a);
    errno = saved;
    return r;
}

/* ---- full ---- */

static bool no_space(int fd, off_t end)
{
    const char *full = getenv("LEITAI_TEST_FULL"), *data = getenv("LEITAI_TEST_DATA");
    char path[PATH_BYTES];
    struct stat st;
    int saved = errno;
    bool yes = full && data && access(full, F_OK) == 0 && name_of(fd, path) &&
               strncmp(path, data, strlen(data)) == 0 && !strstr(path, "/server.log") &&
               fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && end > st.st_size;
    errno = yes ? ENOSPC : saved;
    return yes;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return no_space(fd, at + (off_t)n) ? -1 : NEXT(pwrite)(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
    return no_space(fd, at + (off_t)n) ? -1 : NEXT(pwrite64)(fd, p, n, at);
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
    off_t end = at;
    for (int i = 0; i < n; i++)
        end += (off_t)v[i].iov_len;
    return no_space(fd, end) ? -1 : NEXT(pwritev)(fd, v, n, at);
}

ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t at)
{
    off_t end = at;
    for (int i = 0; i < n; i++)
        end += (off_t)v[i].iov_len;
    return no_space(fd, end) ? -1 : NEXT(pwritev64)(fd, v, n, at);
}

ssize_t write(int fd, const void *p, size_t n)
{
    off_t at = n > 0 && getenv("LEITAI_TEST_FULL") ? lseek(fd, 0, SEEK_CUR) : -1;
    return at >= 0 && no_space(fd, at + (off_t)n) ? -1 : NEXT(write)(fd, p, n);
}
