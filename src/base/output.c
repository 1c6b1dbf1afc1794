/* Folders of results that appear as a whole. See include/gradiometer/output.h. */
#include <gradiometer/output.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/npy.h"

enum { WRITE_CHUNK = 1 << 23, STAGING_TRIES = 64 };

struct gm_output {
    gm_context *context;
    char *directory;
    size_t made;   /* length of the first path that open() made; 0: the folder was there */
    char *mark;    /* NULL: none */
    char *staging; /* path, fixed from the start so that another thread may read it */
    int directory_fd;
    int staging_fd; /* −1 before the first write */
    char **names;   /* [count], in the order first written */
    int count, capacity;
    bool committed;
    const char *begun; /* name of the file that is written in pieces; NULL: none */
    int begun_fd;
    size_t missing; /* bytes that it still lacks */
};

/* Some file systems have no fsync; that is no reason to lose a result. */
static bool synced(int fd) {
    return fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
}

static gm_status io_failure(gm_output *output, const char *action, const char *name, int error) {
    return gm_fail(output->context, GM_IO_ERROR, "cannot %s %s/%s: %s", action, output->directory,
                   name, strerror(error));
}

static gm_status directory_failure(gm_context *context, const char *path, int error) {
    if (error == ENOTDIR || error == EEXIST)
        return gm_fail(context, GM_INVALID_INPUT, "%s is not a folder", path);
    if (error == ENAMETOOLONG || error == ELOOP)
        return gm_fail(context, GM_INVALID_INPUT, "cannot use folder %s: %s", path,
                       strerror(error));
    return gm_fail(context, GM_IO_ERROR, "cannot write to folder %s: %s", path, strerror(error));
}

/* Make one folder where absent; remember the first one made. */
static gm_status make_folder(gm_output *output, const char *path) {
    struct stat info;
    if (mkdir(path, 0777) == 0) {
        if (!output->made)
            output->made = strlen(path);
        return GM_OK;
    }
    int error = errno;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return GM_OK;
    return directory_failure(output->context, path, error);
}

static gm_status make_folders(gm_output *output) {
    char *path = output->directory;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        gm_status status = make_folder(output, path);
        *slash = '/';
        if (status != GM_OK)
            return status;
    }
    return make_folder(output, path);
}

/* Remove the folders that open() made, innermost first; a folder in use stays. */
static void remove_made_folders(gm_output *output) {
    size_t length = strlen(output->directory);
    while (output->made && length >= output->made) {
        output->directory[length] = '\0';
        if (rmdir(output->directory) != 0)
            return;
        while (length > 0 && output->directory[length - 1] != '/')
            length--;
        while (length > 0 && output->directory[length - 1] == '/')
            length--;
        if (length == 0)
            return;
    }
}

static gm_status open_directory(gm_output *output) {
    gm_context *context = output->context;
    gm_status status = make_folders(output);
    if (status != GM_OK)
        return status;
    output->directory_fd = open(output->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (output->directory_fd < 0)
        return directory_failure(context, output->directory, errno);
    /* Learnt now and not after an hour of work. */
    if (access(output->directory, W_OK | X_OK) != 0)
        return directory_failure(context, output->directory, errno);
    if (output->mark && unlinkat(output->directory_fd, output->mark, 0) != 0 && errno != ENOENT) {
        if (errno == EISDIR || errno == EPERM)
            return gm_fail(context, GM_INVALID_INPUT, "%s/%s is not a file that can be replaced",
                           output->directory, output->mark);
        return io_failure(output, "remove", output->mark, errno);
    }
    return GM_OK;
}

/* The hidden folder appears at the first write, under a name that is settled here. */
static gm_status choose_staging(gm_output *output) {
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char tail[] = "/.gradiometer-XXXXXX";
    size_t length = strlen(output->directory);
    struct timespec now;
    struct stat info;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t bits = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    bits ^= (uint64_t)getpid() << 40 ^ (uint64_t)(uintptr_t)output;
    gm_status status = GM_NEW(output->context, output->staging, (int64_t)(length + sizeof tail));
    if (status != GM_OK)
        return status;
    memcpy(output->staging, output->directory, length);
    memcpy(output->staging + length, tail, sizeof tail);
    for (int i = 0; i < STAGING_TRIES; i++) {
        bits = bits * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
        uint64_t rest = bits >> 24;
        for (size_t k = 0; k < 6; k++, rest /= 62)
            output->staging[length + sizeof tail - 2 - k] = digits[rest % 62];
        if (lstat(output->staging, &info) != 0 && errno == ENOENT)
            return GM_OK;
    }
    return io_failure(output, "make a hidden folder in", ".", EEXIST);
}

gm_status gm_output_open(gm_context *context, const char *directory, const char *mark,
                         gm_output **out) {
    gm_output *output = NULL;
    gm_status status = GM_OK;
    if (!directory || !*directory)
        return gm_fail(context, GM_INVALID_ARGUMENT, "gm_output_open: the folder has no name");
    if (mark && (!*mark || strchr(mark, '/')))
        return gm_fail(context, GM_INVALID_ARGUMENT,
                       "gm_output_open: mark '%s', accepted: a plain file name", mark);
    GM_TRY(GM_NEW_ZERO(context, output, 1));
    output->context = context;
    output->directory_fd = output->staging_fd = -1;
    output->directory = gm_duplicate(context, directory);
    output->mark = mark ? gm_duplicate(context, mark) : NULL;
    if (!output->directory || (mark && !output->mark))
        GM_TRY(GM_OUT_OF_MEMORY);
    for (size_t n = strlen(output->directory); n > 1 && output->directory[n - 1] == '/'; n--)
        output->directory[n - 1] = '\0';
    GM_TRY(open_directory(output));
    GM_TRY(choose_staging(output));
    *out = output;
    output = NULL;
done:
    gm_output_close(output);
    return status;
}

static gm_status open_staging(gm_output *output) {
    const char *name = strrchr(output->staging, '/') + 1;
    if (output->staging_fd >= 0)
        return GM_OK;
    if (mkdirat(output->directory_fd, name, 0700) != 0)
        return io_failure(output, "make", name, errno);
    output->staging_fd =
        openat(output->directory_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return output->staging_fd < 0 ? io_failure(output, "open", name, errno) : GM_OK;
}

/* Take a place for the name, so that nothing can fail once the file is there. */
static gm_status add_name(gm_output *output, const char *name) {
    for (int i = 0; i < output->count; i++)
        if (strcmp(output->names[i], name) == 0)
            return GM_OK;
    if (output->count == output->capacity) {
        int capacity = output->capacity ? 2 * output->capacity : 8;
        char **names = NULL;
        gm_status status = GM_NEW(output->context, names, capacity);
        if (status != GM_OK)
            return status;
        if (output->count)
            memcpy(names, output->names, (size_t)output->count * sizeof *names);
        gm_release(output->context, output->names);
        output->names = names;
        output->capacity = capacity;
    }
    char *copy = gm_duplicate(output->context, name);
    if (!copy)
        return GM_OUT_OF_MEMORY;
    output->names[output->count++] = copy;
    return GM_OK;
}

static gm_status write_bytes(gm_output *output, int fd, const char *name, const void *bytes,
                             size_t size) {
    const unsigned char *next = bytes;
    size_t left = size;
    while (left > 0) {
        ssize_t n = write(fd, next, left < WRITE_CHUNK ? left : WRITE_CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return io_failure(output, "write", name, errno);
        next += n;
        left -= (size_t)n;
        gm_status status =
            gm_progress(output->context, "writing", (double)(size - left), (double)size);
        if (status != GM_OK)
            return status;
    }
    return GM_OK;
}

/* A new file in the hidden folder. */
static gm_status open_file(gm_output *output, const char *name, int *out) {
    gm_status status = GM_OK;
    if (!name || !*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return gm_fail(output->context, GM_INVALID_ARGUMENT,
                       "gm_output_write: name '%s', accepted: a plain file name", name ? name : "");
    if (output->committed)
        return gm_fail(output->context, GM_INVALID_ARGUMENT,
                       "gm_output_write: '%s' comes after the commit", name);
    if (output->begun)
        return gm_fail(output->context, GM_INVALID_ARGUMENT,
                       "gm_output_write: '%s' comes before '%s' is whole", name, output->begun);
    GM_TRY(open_staging(output));
    GM_TRY(add_name(output, name));
    *out = openat(output->staging_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (*out < 0)
        GM_TRY(io_failure(output, "create", name, errno));
done:
    return status;
}

/* On the disk when this returns, so that a commit only renames. */
static gm_status close_file(gm_output *output, int fd, const char *name, gm_status status) {
    if (status == GM_OK && !synced(fd))
        status = io_failure(output, "write", name, errno);
    if (close(fd) != 0 && status == GM_OK)
        status = io_failure(output, "write", name, errno);
    return status;
}

/* Head, then body. */
static gm_status write_file(gm_output *output, const char *name, const void *head, size_t head_size,
                            const void *body, size_t body_size) {
    int fd = -1;
    gm_status status = open_file(output, name, &fd);
    if (status != GM_OK)
        return status;
    status = write_bytes(output, fd, name, head, head_size);
    if (status == GM_OK)
        status = write_bytes(output, fd, name, body, body_size);
    return close_file(output, fd, name, status);
}

gm_status gm_output_write(gm_output *output, const char *name, const void *bytes, size_t size) {
    return write_file(output, name, NULL, 0, bytes, size);
}

static gm_status write_array(gm_output *output, const char *name, char kind, int dimensions,
                             const int64_t *shape, const void *values) {
    char header[GM_NPY_HEADER_MAX];
    size_t header_size = 0, bytes = 0;
    gm_status status =
        gm_npy_header(output->context, kind, dimensions, shape, header, &header_size, &bytes);
    if (status != GM_OK)
        return status;
    return write_file(output, name, header, header_size, values, bytes);
}

gm_status gm_output_write_array(gm_output *output, const char *name, int dimensions,
                                const int64_t *shape, const double *values) {
    return write_array(output, name, 'f', dimensions, shape, values);
}

gm_status gm_output_write_integers(gm_output *output, const char *name, int dimensions,
                                   const int64_t *shape, const int64_t *values) {
    return write_array(output, name, 'i', dimensions, shape, values);
}

/* What was begun ends, whole or not. */
static gm_status end_begun(gm_output *output, gm_status status) {
    status = close_file(output, output->begun_fd, output->begun, status);
    output->begun = NULL;
    output->missing = 0;
    return status;
}

gm_status gm_output_begin_array(gm_output *output, const char *name, int dimensions,
                                const int64_t *shape) {
    char header[GM_NPY_HEADER_MAX];
    size_t header_size = 0, bytes = 0;
    int fd = -1;
    gm_status status =
        gm_npy_header(output->context, 'f', dimensions, shape, header, &header_size, &bytes);
    if (status == GM_OK)
        status = open_file(output, name, &fd);
    if (status != GM_OK)
        return status;
    output->begun_fd = fd;
    output->missing = bytes;
    for (int i = 0; i < output->count; i++)
        if (strcmp(output->names[i], name) == 0)
            output->begun = output->names[i];
    status = write_bytes(output, fd, name, header, header_size);
    return status != GM_OK || bytes == 0 ? end_begun(output, status) : GM_OK;
}

gm_status gm_output_add(gm_output *output, int64_t count, const double *values) {
    if (!output->begun || count < 0 || (uint64_t)count > output->missing / sizeof *values)
        return gm_fail(output->context, GM_INVALID_ARGUMENT,
                       "gm_output_add: %lld values, accepted: 0 to %lld", (long long)count,
                       (long long)(output->missing / sizeof *values));
    const size_t size = (size_t)count * sizeof *values;
    const gm_status status = write_bytes(output, output->begun_fd, output->begun, values, size);
    output->missing -= size;
    return status != GM_OK || output->missing == 0 ? end_begun(output, status) : GM_OK;
}

static gm_status publish(gm_output *output, const char *name) {
    if (renameat(output->staging_fd, name, output->directory_fd, name) != 0)
        return io_failure(output, "publish", name, errno);
    return GM_OK;
}

static bool is_mark(const gm_output *output, int i) {
    return output->mark && strcmp(output->names[i], output->mark) == 0;
}

gm_status gm_output_commit(gm_output *output) {
    gm_status status = GM_OK;
    int marks = 0, moved = 0;
    for (int i = 0; i < output->count; i++)
        marks += is_mark(output, i);
    if (output->committed || output->begun || (output->mark && !marks))
        return gm_fail(output->context, GM_INVALID_ARGUMENT, "gm_output_commit: %s",
                       output->committed ? "called twice"
                       : output->begun   ? "a file that was begun is not whole"
                                         : "the mark was not written");
    for (; moved < output->count; moved++)
        if (!is_mark(output, moved))
            GM_TRY(publish(output, output->names[moved]));
    /* The other names are on the disk before the mark can be. */
    if (!synced(output->directory_fd))
        GM_TRY(io_failure(output, "write", ".", errno));
    if (output->mark)
        GM_TRY(publish(output, output->mark));
    if (!synced(output->directory_fd))
        GM_TRY(io_failure(output, "write", ".", errno));
    output->committed = true;
done:
    if (status != GM_OK) {
        /* A file replaced by this commit is gone; half of two results would be worse. */
        if (output->mark)
            unlinkat(output->directory_fd, output->mark, 0);
        for (int i = 0; i < moved; i++)
            unlinkat(output->directory_fd, output->names[i], 0);
    }
    return status;
}

const char *gm_output_staging(const gm_output *output) {
    return output->staging;
}

static void remove_staging(gm_output *output) {
    if (output->staging_fd < 0)
        return;
    for (int i = 0; i < output->count; i++)
        unlinkat(output->staging_fd, output->names[i], 0);
    close(output->staging_fd);
    unlinkat(output->directory_fd, strrchr(output->staging, '/') + 1, AT_REMOVEDIR);
}

void gm_output_close(gm_output *output) {
    if (!output)
        return;
    gm_context *context = output->context;
    if (output->begun)
        (void)close(output->begun_fd);
    remove_staging(output);
    if (output->directory_fd >= 0)
        close(output->directory_fd);
    if (!output->committed && output->directory)
        remove_made_folders(output);
    for (int i = 0; i < output->count; i++)
        gm_release(context, output->names[i]);
    gm_release(context, output->names);
    gm_release(context, output->staging);
    gm_release(context, output->mark);
    gm_release(context, output->directory);
    gm_release(context, output);
}
