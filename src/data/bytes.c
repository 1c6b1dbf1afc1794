#include "data/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    BLOCK = 1 << 18,   /* bytes between two looks at cancellation */
    NAME_SIZE = 256,   /* of a path in messages */
    GZIP_WINDOW = 31,  /* 15 bits, gzip framing */
    BEST_RATIO = 1032, /* of deflate: 258 bytes from two bits */
    USUAL_RATIO = 16   /* up to which a claim is believed until it is read */
};

struct gm_bytes {
    gm_context *context;
    char name[NAME_SIZE];
    const char *stage;
    int file;                    /* −1: memory */
    const unsigned char *memory; /* borrowed */
    int64_t size, offset;        /* of the raw source; offset of the next raw byte */
    int64_t position;            /* bytes given out since the start */
    bool gzip, inflating;        /* inflating: `stream` must be ended */
    bool between_members, padding;
    z_stream stream;
    unsigned char *input; /* raw bytes for `stream`, [BLOCK] or less */
    size_t input_size;
};

static void set_name(gm_bytes *bytes, const char *path) {
    size_t length = strlen(path);
    if (length < NAME_SIZE) {
        memcpy(bytes->name, path, length + 1);
    } else { /* the end of a path says more than its start */
        memcpy(bytes->name, "...", 3);
        memcpy(bytes->name + 3, path + length - (NAME_SIZE - 4), NAME_SIZE - 3);
    }
}

static gm_status report(gm_bytes *bytes) {
    double total = bytes->size > 0 ? (double)bytes->size : 1;
    double done = (double)bytes->offset;
    return gm_progress(bytes->context, bytes->stage, done < total ? done : total, total);
}

static gm_status raw_read(gm_bytes *bytes, unsigned char *out, size_t size, size_t *got) {
    size_t done = 0;
    if (bytes->file < 0) {
        done = size;
        if ((int64_t)done > bytes->size - bytes->offset)
            done = (size_t)(bytes->size - bytes->offset);
        if (done)
            memcpy(out, bytes->memory + bytes->offset, done);
        bytes->offset += (int64_t)done;
        *got = done;
        return GM_OK;
    }
    while (done < size) {
        if (gm_is_cancelled(bytes->context))
            return report(bytes);
        ssize_t count = read(bytes->file, out + done, size - done);
        if (count == 0)
            break;
        if (count > 0)
            done += (size_t)count;
        else if (errno != EINTR)
            return gm_fail(bytes->context, GM_INVALID_INPUT, "%s: cannot be read: %s", bytes->name,
                           strerror(errno));
    }
    bytes->offset += (int64_t)done;
    *got = done;
    return GM_OK;
}

static void *zlib_allocate(void *opaque, unsigned items, unsigned size) {
    return gm_allocate(opaque, items, size);
}

static void zlib_release(void *opaque, void *pointer) {
    gm_release(opaque, pointer);
}

static gm_status corrupt(gm_bytes *bytes, const char *why) {
    return gm_fail(bytes->context, GM_INVALID_INPUT, "%s: damaged gzip data: %s", bytes->name, why);
}

/* Take raw bytes for the decoder; *end where there are none. */
static gm_status refill(gm_bytes *bytes, bool *end) {
    size_t got;
    gm_status status = report(bytes);
    if (status == GM_OK)
        status = raw_read(bytes, bytes->input, bytes->input_size, &got);
    if (status != GM_OK)
        return status;
    bytes->stream.next_in = bytes->input;
    bytes->stream.avail_in = (uInt)got;
    *end = got == 0;
    return GM_OK;
}

/* What follows a member: another one, or zero bytes up to the end (as tar pads). */
static gm_status next_member(gm_bytes *bytes) {
    z_stream *stream = &bytes->stream;
    while (stream->avail_in > 0 && *stream->next_in == 0) {
        bytes->padding = true;
        stream->next_in++;
        stream->avail_in--;
    }
    if (stream->avail_in == 0)
        return GM_OK;
    if (bytes->padding || *stream->next_in != 0x1f)
        return corrupt(bytes, "other bytes follow its end");
    bytes->between_members = false;
    return inflateReset(stream) == Z_OK ? GM_OK : corrupt(bytes, "unusable state");
}

static gm_status inflate_once(gm_bytes *bytes) {
    z_stream *stream = &bytes->stream;
    switch (inflate(stream, Z_NO_FLUSH)) {
    case Z_STREAM_END:
        bytes->between_members = true;
        return GM_OK;
    case Z_OK:
    case Z_BUF_ERROR:
        return GM_OK;
    case Z_MEM_ERROR:
        return GM_OUT_OF_MEMORY; /* the message is gm_allocate()'s */
    default:
        return corrupt(bytes, stream->msg ? stream->msg : "unknown cause");
    }
}

/* Decode at most a block. */
static gm_status gzip_read(gm_bytes *bytes, unsigned char *out, size_t size, size_t *got) {
    z_stream *stream = &bytes->stream;
    gm_status status = GM_OK;
    stream->next_out = out;
    stream->avail_out = (uInt)size;
    while (stream->avail_out > 0) {
        if (stream->avail_in == 0) {
            bool end = false;
            GM_TRY(refill(bytes, &end));
            if (end && bytes->between_members)
                break;
            if (end)
                GM_TRY(gm_fail(bytes->context, GM_INVALID_INPUT,
                               "%s: gzip data cut short after %lld bytes", bytes->name,
                               (long long)bytes->offset));
        }
        if (bytes->between_members)
            GM_TRY(next_member(bytes));
        else
            GM_TRY(inflate_once(bytes));
    }
done:
    *got = size - stream->avail_out;
    return status;
}

gm_status gm_bytes_read(gm_bytes *bytes, void *buffer, size_t size, size_t *got) {
    unsigned char *out = buffer;
    size_t done = 0;
    while (done < size) {
        size_t block = size - done < BLOCK ? size - done : BLOCK, count = 0;
        gm_status status = report(bytes);
        if (status == GM_OK)
            status = bytes->gzip ? gzip_read(bytes, out + done, block, &count)
                                 : raw_read(bytes, out + done, block, &count);
        if (status == GM_OK && gm_is_cancelled(bytes->context))
            status = report(bytes);
        if (status != GM_OK)
            return status;
        done += count;
        if (count < block)
            break;
    }
    bytes->position += (int64_t)done;
    *got = done;
    return GM_OK;
}

gm_status gm_bytes_read_exactly(gm_bytes *bytes, void *buffer, size_t size, const char *what) {
    size_t got = 0;
    gm_status status = gm_bytes_read(bytes, buffer, size, &got);
    if (status == GM_OK && got < size)
        status = gm_fail(bytes->context, GM_INVALID_INPUT,
                         "%s: truncated: %lld bytes, more are expected (%s)", bytes->name,
                         (long long)bytes->position, what);
    return status;
}

gm_status gm_bytes_rewind(gm_bytes *bytes) {
    bytes->offset = 0;
    bytes->position = 0;
    if (bytes->file >= 0 && lseek(bytes->file, 0, SEEK_SET) != 0)
        return gm_fail(bytes->context, GM_INVALID_INPUT, "%s: cannot be read again: %s",
                       bytes->name, strerror(errno));
    if (bytes->gzip) {
        bytes->stream.avail_in = 0;
        bytes->between_members = bytes->padding = false;
        if (inflateReset(&bytes->stream) != Z_OK)
            return corrupt(bytes, "unusable state");
    }
    return GM_OK;
}

static gm_status start_gzip(gm_bytes *bytes) {
    bytes->input_size = bytes->size < BLOCK ? (size_t)bytes->size : BLOCK;
    gm_status status = GM_NEW(bytes->context, bytes->input, (int64_t)bytes->input_size);
    if (status != GM_OK)
        return status;
    bytes->stream.zalloc = zlib_allocate;
    bytes->stream.zfree = zlib_release;
    bytes->stream.opaque = bytes->context;
    int code = inflateInit2(&bytes->stream, GZIP_WINDOW);
    if (code != Z_OK)
        return code == Z_MEM_ERROR ? GM_OUT_OF_MEMORY : corrupt(bytes, "unusable decoder");
    bytes->inflating = bytes->gzip = true;
    return GM_OK;
}

/* Look at the magic number, then start from the first byte. */
static gm_status recognise(gm_bytes *bytes) {
    unsigned char magic[2] = {0};
    size_t got = 0;
    gm_status status = raw_read(bytes, magic, sizeof magic, &got);
    if (status == GM_OK && got == 2 && magic[0] == 0x1f && magic[1] == 0x8b)
        status = start_gzip(bytes);
    return status == GM_OK ? gm_bytes_rewind(bytes) : status;
}

static gm_status open_file(gm_bytes *bytes, const char *path) {
    /* Without O_NONBLOCK, opening a pipe would wait for a writer. */
    bytes->file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (bytes->file < 0)
        return gm_fail(bytes->context, GM_INVALID_INPUT, "%s: cannot be opened: %s", bytes->name,
                       strerror(errno));
    struct stat info;
    if (fstat(bytes->file, &info) != 0)
        return gm_fail(bytes->context, GM_INVALID_INPUT, "%s: cannot be examined: %s", bytes->name,
                       strerror(errno));
    if (!S_ISREG(info.st_mode))
        return gm_fail(bytes->context, GM_INVALID_INPUT, "%s: is a %s; a regular file is needed",
                       bytes->name, S_ISDIR(info.st_mode) ? "folder" : "pipe, socket or device");
    bytes->size = info.st_size;
    return GM_OK;
}

gm_status gm_bytes_open(gm_context *context, const char *path, const char *stage, gm_bytes **out) {
    gm_bytes *bytes = NULL;
    gm_status status = GM_NEW_ZERO(context, bytes, 1);
    if (status != GM_OK)
        return status;
    bytes->context = context;
    bytes->stage = stage;
    bytes->file = -1;
    set_name(bytes, path);
    status = open_file(bytes, path);
    if (status == GM_OK)
        status = recognise(bytes);
    if (status == GM_OK)
        *out = bytes;
    else
        gm_bytes_close(bytes);
    return status;
}

gm_status gm_bytes_open_memory(gm_context *context, const char *name, const void *data, size_t size,
                               gm_bytes **out) {
    gm_bytes *bytes = NULL;
    gm_status status = GM_NEW_ZERO(context, bytes, 1);
    if (status != GM_OK)
        return status;
    bytes->context = context;
    bytes->stage = "reading memory";
    bytes->file = -1;
    bytes->memory = data;
    bytes->size = (int64_t)size;
    set_name(bytes, name);
    status = recognise(bytes);
    if (status == GM_OK)
        *out = bytes;
    else
        gm_bytes_close(bytes);
    return status;
}

void gm_bytes_close(gm_bytes *bytes) {
    if (!bytes)
        return;
    if (bytes->inflating)
        inflateEnd(&bytes->stream);
    if (bytes->file >= 0)
        close(bytes->file);
    gm_release(bytes->context, bytes->input);
    gm_release(bytes->context, bytes);
}

const char *gm_bytes_name(const gm_bytes *bytes) {
    return bytes->name;
}

int64_t gm_bytes_length(const gm_bytes *bytes) {
    return bytes->gzip ? -1 : bytes->size;
}

size_t gm_bytes_block(const gm_bytes *bytes) {
    int64_t size = bytes->gzip ? bytes->size * USUAL_RATIO : bytes->size;
    return size < BLOCK ? (size_t)size + 1 : BLOCK;
}

static gm_status too_short(gm_bytes *bytes, int64_t needed, int64_t present, const char *what) {
    return gm_fail(bytes->context, GM_INVALID_INPUT,
                   "%s: too short for %s: %lld bytes are needed, %lld are there", bytes->name, what,
                   (long long)needed, (long long)present);
}

/* Count what follows by decoding it, then return to where we are. */
static gm_status count_rest(gm_bytes *bytes, int64_t needed, const char *what) {
    int64_t start = bytes->position;
    unsigned char *scratch = NULL;
    size_t got = 0, block = gm_bytes_block(bytes);
    gm_status status = GM_NEW(bytes->context, scratch, (int64_t)block);
    if (status != GM_OK)
        return status;
    do
        GM_TRY(gm_bytes_read(bytes, scratch, block, &got));
    while (got == block && bytes->position - start < needed);
    if (bytes->position - start < needed)
        GM_TRY(too_short(bytes, needed, bytes->position - start, what));
    GM_TRY(gm_bytes_rewind(bytes));
    while (bytes->position < start) {
        int64_t left = start - bytes->position;
        GM_TRY(gm_bytes_read_exactly(bytes, scratch, left < (int64_t)block ? (size_t)left : block,
                                     what));
    }
done:
    gm_release(bytes->context, scratch);
    return status;
}

gm_status gm_bytes_expect(gm_bytes *bytes, int64_t needed, const char *what) {
    if (!bytes->gzip) {
        int64_t present = bytes->size - bytes->position;
        return present < needed ? too_short(bytes, needed, present, what) : GM_OK;
    }
    if (needed / BEST_RATIO > bytes->size)
        return gm_fail(bytes->context, GM_INVALID_INPUT,
                       "%s: too short for %s: %lld bytes cannot come from %lld of gzip",
                       bytes->name, what, (long long)needed, (long long)bytes->size);
    return needed / USUAL_RATIO <= bytes->size ? GM_OK : count_rest(bytes, needed, what);
}

gm_status gm_bytes_expect_end(gm_bytes *bytes, const char *what) {
    unsigned char extra;
    size_t got = 0;
    gm_status status = gm_bytes_read(bytes, &extra, 1, &got);
    if (status == GM_OK && got)
        status = gm_fail(bytes->context, GM_INVALID_INPUT,
                         "%s: more bytes follow %s; the file is longer than its header says",
                         bytes->name, what);
    return status;
}
