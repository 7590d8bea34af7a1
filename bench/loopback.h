/* What upstream.c and load.c share: clocks, growing buffers, non-blocking sockets. Linux only (epoll). */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A token's mark inside its text: "[00012:1764000000000000]", index and send time in microseconds since 1970. */
enum { INDEX_DIGITS = 5, TIME_DIGITS = 16, MARK_LENGTH = INDEX_DIGITS + TIME_DIGITS + 3, MOST_TOKENS = 99999 };

struct buffer {
    char *data;
    size_t length, capacity;
};

_Noreturn static inline void die(const char *what) {
    perror(what);
    exit(1);
}

static inline int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Wall clock: both programs run on one machine, so a difference of two stamps is a delay. */
static inline int64_t wall_us(void) { return nanoseconds(CLOCK_REALTIME) / 1000; }

static inline int64_t steady_ns(void) { return nanoseconds(CLOCK_MONOTONIC); }

static inline void *claim(void *old, size_t size) {
    void *memory = realloc(old, size);
    if (!memory) die("memory");
    return memory;
}

static inline void reserve(struct buffer *buffer, size_t more) {
    if (buffer->capacity - buffer->length >= more) return;
    while (buffer->capacity - buffer->length < more) buffer->capacity = buffer->capacity ? buffer->capacity * 2 : 2048;
    buffer->data = claim(buffer->data, buffer->capacity);
}

static inline void append(struct buffer *buffer, const void *data, size_t length) {
    reserve(buffer, length);
    memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
}

/* Drop what was dealt with from the front. */
static inline void consume(struct buffer *buffer, size_t length) {
    buffer->length -= length;
    if (buffer->length) memmove(buffer->data, buffer->data + length, buffer->length);
}

static inline void release(struct buffer *buffer) {
    free(buffer->data);
    *buffer = (struct buffer){0};
}

static inline void watch(int epoll, int fd, int operation, uint32_t events, void *owner) {
    struct epoll_event event = {.events = events, .data.ptr = owner};
    if (epoll_ctl(epoll, operation, fd, &event) < 0) die("epoll_ctl");
}

static inline struct sockaddr_in loopback(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static inline void no_delay(int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* Send now what the socket takes and keep the rest in `out`; false when the peer is gone. */
static inline bool transmit(int fd, struct buffer *out, const char *data, size_t length) {
    if (!out->length) {
        ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (sent > 0) {
            data += sent;
            length -= (size_t)sent;
        }
    }
    if (length) append(out, data, length);
    return true;
}

static inline bool flush(int fd, struct buffer *out) {
    while (out->length) {
        ssize_t sent = send(fd, out->data, out->length, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN || errno == EINTR;
        consume(out, (size_t)sent);
    }
    return true;
}

/* The bench must not leave programs behind when it is killed. */
static inline void end_with_parent(void) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
}

#endif
