/* A load client on loopback: N streams at once, every token's delay measured by the mark in its text (loopback.h).
 *
 *   load --mode sse|ws|app --port P --path /PATH --model syn-R-T-F [--streams N] [--spread S] [--mark-base M]
 *        [--sessions FILE] [--stop-within S] [--idle] [--timeout S] [--ack-frames N] [--ack-ms MS] [--seed X]
 *
 * sse   asks a provider directly over HTTP.
 * ws    asks a bare relay: one JSON text frame out, text frames with tokens back, a last one with [DONE] or "end".
 * app   speaks the trial center's socket protocol (docs/websocket.md): message.send, generation.follow, acknowledged
 *       deltas, end. FILE holds one "<session key> <offer id>" a line; sockets take the lines in turn.
 *
 * Order of events: open all sockets (few at a time), print "ready", wait for a line on stdin, start the streams at
 * random moments within S seconds, print one line of JSON. With --idle nothing is started: the sockets are held, pings
 * answered, until stdin (a pipe) ends. With --stop-within each stream is stopped at a random moment up to S seconds after its
 * first token. Marks are found by scanning, so a frame may hold any number of tokens.
 */
#define _GNU_SOURCE
#include "loopback.h"

#include <sys/resource.h>

enum { CONNECT_AT_ONCE = 16, RECEIVE_SIZE = 65536, REASONS = 16, REASON_LENGTH = 64, ID_LENGTH = 40 };
enum mode { SSE, WS, APP };
enum phase { UNOPENED, CONNECTING, SHAKING, READY, ASKED, FOLLOWING, ENDED };

struct session {
    char key[96], offer[ID_LENGTH];
};

struct stream {
    int fd, number;
    enum phase phase;
    bool write_armed, stopping;
    struct buffer in, out, message;
    int64_t opened, start_due;                  /* ns, steady */
    int64_t asked, acked, first, ended, stopped; /* us, wall; 0 = not yet */
    int64_t stop_due;                           /* us, wall */
    uint8_t *seen;                              /* one bit a token */
    int received, doubled, disordered, last, after_stop;
    char generation[ID_LENGTH], state[16];
    long seq;
    int unacknowledged;
    int64_t unacknowledged_since; /* us, wall */
};

struct samples {
    uint32_t *values;
    size_t length, capacity;
};

static struct {
    enum mode mode;
    int port, streams, tokens, rate, first_ms, ack_frames, ack_ms;
    long mark_base;
    double spread, stop_within, timeout;
    bool idle;
    const char *path, *model, *sessions;
} wanted = {.mode = SSE, .path = "/", .model = "syn-50-200-0", .streams = 1, .ack_frames = 12, .ack_ms = 10000};

static int epoll;
static struct stream *streams;
static struct session *sessions;
static int session_count;
static struct samples delays, first_tokens, acks, connects;
static struct {
    char text[REASON_LENGTH];
    int count;
} reasons[REASONS];
static int reason_count, shaking, opened, ended;
static long frames, bytes;

/* -- what was measured -- */

static void sample(struct samples *samples, int64_t us) {
    if (samples->length == samples->capacity) {
        samples->capacity = samples->capacity ? samples->capacity * 2 : 1024;
        samples->values = claim(samples->values, samples->capacity * sizeof *samples->values);
    }
    samples->values[samples->length++] = (uint32_t)(us < 0 ? 0 : us);
}

static void count_error(const char *text) {
    int at = 0;
    while (at < reason_count && strcmp(reasons[at].text, text)) at++;
    if (at == REASONS) at = REASONS - 1;
    if (at == reason_count) snprintf(reasons[reason_count++].text, REASON_LENGTH, "%.*s", REASON_LENGTH - 1, text);
    reasons[at].count++;
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void print_samples(const char *name, struct samples *samples) {
    static const int parts[] = {50, 95, 99, 100};
    if (samples->length) qsort(samples->values, samples->length, sizeof *samples->values, ascending);
    printf("\"%s\":{", name);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t rank = (samples->length * (size_t)parts[i] + 99) / 100; /* nearest rank */
        if (samples->length) printf("\"p%d\":%.3f,", parts[i], samples->values[rank ? rank - 1 : 0] / 1000.0);
        else printf("\"p%d\":null,", parts[i]);
    }
    printf("\"count\":%zu},", samples->length);
}

/* -- the end of a stream -- */

static void finish(struct stream *stream, const char *error) {
    if (stream->phase == ENDED) return;
    if (stream->phase == CONNECTING || stream->phase == SHAKING) {
        shaking--;
        opened++;
    }
    stream->phase = ENDED;
    stream->ended = wall_us();
    if (error) count_error(error);
    ended++;
    if (error || wanted.mode == SSE) {
        close(stream->fd);
        stream->fd = -1;
    }
}

static void send_bytes(struct stream *stream, const char *data, size_t length) {
    if (!transmit(stream->fd, &stream->out, data, length)) {
        finish(stream, "connection lost");
        return;
    }
    if (stream->out.length && !stream->write_armed) {
        stream->write_armed = true;
        watch(epoll, stream->fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT, stream);
    }
}

/* One masked frame, as a client must send it. */
static void send_frame(struct stream *stream, int opcode, const char *text, size_t length) {
    char frame[1024];
    size_t head = length < 126 ? 6 : 8;
    if (head + length > sizeof frame) die("frame too long");
    frame[0] = (char)(0x80 | opcode);
    if (length < 126) {
        frame[1] = (char)(0x80 | length);
    } else {
        frame[1] = (char)(0x80 | 126);
        frame[2] = (char)(length >> 8);
        frame[3] = (char)length;
    }
    uint32_t mask = (uint32_t)random();
    memcpy(frame + head - 4, &mask, 4);
    for (size_t i = 0; i < length; i++) frame[head + i] = (char)(text[i] ^ frame[head - 4 + i % 4]);
    send_bytes(stream, frame, head + length);
}

/* -- asking, following, stopping -- */

static const struct session *session_of(const struct stream *stream) {
    return &sessions[stream->number % session_count];
}

static void ask(struct stream *stream) {
    char body[512], request[1024];
    int size;
    stream->phase = wanted.mode == APP ? ASKED : FOLLOWING;
    stream->asked = wall_us();
    if (wanted.mode == APP) {
        size = snprintf(body, sizeof body,
                        "{\"id\":1,\"type\":\"message.send\",\"conversation\":null,\"parent\":null,"
                        "\"client_id\":\"%08lx-%04lx-4%03lx-a%03lx-%012lx\",\"text\":\"go mark-%ld\","
                        "\"settings\":{\"offer\":\"%s\"}}",
                        random() & 0xffffffff, random() & 0xffff, random() & 0xfff, random() & 0xfff,
                        ((unsigned long)random() << 16) & 0xffffffffffff, wanted.mark_base + stream->number,
                        session_of(stream)->offer);
        send_frame(stream, 1, body, (size_t)size);
        return;
    }
    size = snprintf(body, sizeof body,
                    "{\"model\":\"%s\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"go mark-%ld\"}]}",
                    wanted.model, wanted.mark_base + stream->number);
    if (wanted.mode == WS) {
        send_frame(stream, 1, body, (size_t)size);
        return;
    }
    size = snprintf(request, sizeof request,
                    "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                    "Content-Length: %d\r\n\r\n%s",
                    wanted.path, wanted.port, size, body);
    send_bytes(stream, request, (size_t)size);
}

static void acknowledge(struct stream *stream) {
    char text[160];
    int size = snprintf(text, sizeof text, "{\"type\":\"generation.seen\",\"generation\":\"%s\",\"seq\":%ld}",
                        stream->generation, stream->seq);
    stream->unacknowledged = 0;
    send_frame(stream, 1, text, (size_t)size);
}

/* A direct stream is stopped by hanging up, a relay by a word, the app by its command. */
static void stop(struct stream *stream) {
    char text[160] = "{\"stop\":true}";
    stream->stop_due = 0;
    stream->stopping = true;
    stream->stopped = wall_us();
    if (wanted.mode == SSE) {
        finish(stream, NULL);
        return;
    }
    if (wanted.mode == APP)
        snprintf(text, sizeof text, "{\"id\":3,\"type\":\"generation.stop\",\"generation\":\"%s\"}",
                 stream->generation);
    send_frame(stream, 1, text, strlen(text));
}

/* -- tokens -- */

static bool all_digits(const char *text, int count) {
    for (int i = 0; i < count; i++)
        if (text[i] < '0' || text[i] > '9') return false;
    return true;
}

static int64_t number(const char *text, int digits) {
    int64_t value = 0;
    for (int i = 0; i < digits; i++) value = value * 10 + (text[i] - '0');
    return value;
}

static void note_token(struct stream *stream, int index, int64_t sent, int64_t now) {
    if (index >= wanted.tokens) {
        count_error("token out of range");
        return;
    }
    uint8_t bit = (uint8_t)(1 << index % 8);
    if (stream->seen[index / 8] & bit) {
        stream->doubled++;
        return;
    }
    stream->seen[index / 8] |= bit;
    if (index < stream->last) stream->disordered++;
    stream->last = index;
    if (stream->stopping) stream->after_stop++;
    if (!stream->received++) {
        stream->first = now;
        sample(&first_tokens, now - stream->asked);
        if (wanted.stop_within > 0)
            stream->stop_due = now + 1 + (int64_t)(wanted.stop_within * 1e6 * (double)random() / RAND_MAX);
    }
    sample(&delays, now - sent);
}

/* Note every mark; returns how much may be forgotten: a mark or "[DONE]" cut by the end of the data stays. */
static size_t scan(struct stream *stream, const char *data, size_t length, int64_t now, int *marks, bool *done) {
    const char *at = data, *end = data + length;
    while ((at = memchr(at, '[', (size_t)(end - at)))) {
        if (end - at < 6 && wanted.mode == SSE) return (size_t)(at - data);
        if (end - at >= 6 && !memcmp(at, "[DONE]", 6)) *done = true;
        if (at + 1 < end && all_digits(at + 1, 1)) {
            if (end - at < MARK_LENGTH) return (size_t)(at - data);
            const char *time = at + INDEX_DIGITS + 2;
            if (at[INDEX_DIGITS + 1] == ':' && at[MARK_LENGTH - 1] == ']' && all_digits(at + 1, INDEX_DIGITS) &&
                all_digits(time, TIME_DIGITS)) {
                note_token(stream, (int)number(at + 1, INDEX_DIGITS), number(time, TIME_DIGITS), now);
                ++*marks;
                at += MARK_LENGTH - 1;
            }
        }
        at++;
    }
    return length;
}

/* -- frames -- */

static const char *find(const char *text, size_t length, const char *what) {
    const char *at = memmem(text, length, what, strlen(what));
    return at ? at + strlen(what) : NULL;
}

static void copy_string(char *target, size_t size, const char *from, const char *end) {
    size_t length = 0;
    while (from && from + length < end && from[length] != '"' && length + 1 < size) length++;
    if (from) memcpy(target, from, length);
    target[length] = 0;
}

static void follow(struct stream *stream, const char *text, size_t length) {
    char command[160];
    copy_string(stream->generation, ID_LENGTH, find(text, length, "\"generation\":\""), text + length);
    if (!stream->generation[0]) {
        finish(stream, "ack without generation");
        return;
    }
    stream->acked = wall_us();
    sample(&acks, stream->acked - stream->asked);
    stream->phase = FOLLOWING;
    int size = snprintf(command, sizeof command,
                        "{\"id\":2,\"type\":\"generation.follow\",\"generation\":\"%s\",\"after\":0}",
                        stream->generation);
    send_frame(stream, 1, command, (size_t)size);
}

static void take_delta(struct stream *stream, const char *text, size_t length, int64_t now) {
    int marks = 0;
    bool done = false;
    frames++;
    scan(stream, text, length, now, &marks, &done);
    const char *seq = find(text, length, "\"seq\":");
    if (seq) stream->seq = strtol(seq, NULL, 10);
    if (!stream->unacknowledged++) stream->unacknowledged_since = now;
    if (stream->unacknowledged >= wanted.ack_frames) acknowledge(stream);
}

/* Nothing will follow: the run is over already, or nobody has it. What it wrote is in the history, not on the socket. */
static void note_not_live(struct stream *stream, const char *text, size_t length) {
    char reason[REASON_LENGTH] = "not live, ";
    copy_string(reason + 10, sizeof reason - 10, find(text, length, "\"state\":\""), text + length);
    finish(stream, reason);
}

/* The app's frames are compact JSON with "type" near the front; unknown ones are notices and do not matter here. */
static void take_app_frame(struct stream *stream, const char *text, size_t length, int64_t now) {
    char type[24], code[REASON_LENGTH] = "error ";
    const char *end = text + length;
    copy_string(type, sizeof type, find(text, length, "\"type\":\""), end);
    if (!strcmp(type, "delta")) {
        take_delta(stream, text, length, now);
    } else if (!strcmp(type, "ack")) {
        if (stream->phase == ASKED) follow(stream, text, length);
        else if (find(text, length, "\"live\":false")) note_not_live(stream, text, length);
    } else if (!strcmp(type, "end")) {
        copy_string(stream->state, sizeof stream->state, find(text, length, "\"state\":\""), end);
        bool expected = !strcmp(stream->state, "finished") || (stream->stopping && !strcmp(stream->state, "stopped"));
        snprintf(code, sizeof code, "ended %s", stream->state);
        finish(stream, expected ? NULL : code);
    } else if (!strcmp(type, "error")) {
        copy_string(code + 6, sizeof code - 6, find(text, length, "\"code\":\""), end);
        if (stream->phase == READY) count_error(code);
        else finish(stream, code);
    }
}

static void take_relay_frame(struct stream *stream, const char *text, size_t length, int64_t now) {
    int marks = 0;
    bool done = false;
    frames++;
    scan(stream, text, length, now, &marks, &done);
    if (marks) return;
    if (done || find(text, length, "\"end\"")) finish(stream, NULL);
    else if (find(text, length, "\"error\"")) finish(stream, "relay error");
}

static void take_frame(struct stream *stream, int opcode, bool whole, const char *text, size_t length, int64_t now) {
    if (opcode == 8) {
        char reason[REASON_LENGTH];
        int code = length >= 2 ? (uint8_t)text[0] << 8 | (uint8_t)text[1] : 0;
        snprintf(reason, sizeof reason, "closed %d", code);
        finish(stream, reason);
    } else if (opcode == 9) {
        send_frame(stream, 10, text, length);
    } else if (opcode <= 2) {
        if (!whole || stream->message.length) {
            append(&stream->message, text, length);
            if (!whole) return;
            text = stream->message.data;
            length = stream->message.length;
        }
        if (wanted.mode == APP) take_app_frame(stream, text, length, now);
        else take_relay_frame(stream, text, length, now);
        stream->message.length = 0;
    }
}

static void take_frames(struct stream *stream, int64_t now) {
    struct buffer *in = &stream->in;
    size_t at = 0;
    while (stream->fd >= 0 && in->length - at >= 2) {
        const uint8_t *head = (const uint8_t *)in->data + at;
        size_t size = 2;
        uint64_t length = head[1] & 0x7f;
        if (length >= 126) size = length == 126 ? 4 : 10;
        if (in->length - at < size) break;
        if (size > 2) {
            length = 0;
            for (size_t i = 2; i < size; i++) length = length << 8 | head[i];
        }
        if (in->length - at < size + length) break;
        take_frame(stream, head[0] & 15, head[0] & 0x80, in->data + at + size, length, now);
        at += size + length;
    }
    consume(in, at);
}

/* -- the socket -- */

static void begin_upgrade(struct stream *stream) {
    char request[512], cookie[160] = "";
    if (wanted.mode == APP) snprintf(cookie, sizeof cookie, "Cookie: session=%s\r\n", session_of(stream)->key);
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\n%s"
                        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dHJpYWwtY2VudGVyLWtleQ==\r\n\r\n",
                        wanted.path, wanted.port, wanted.port, cookie);
    stream->phase = SHAKING;
    send_bytes(stream, request, (size_t)size);
}

static void become_ready(struct stream *stream) {
    stream->phase = READY;
    shaking--;
    opened++;
    sample(&connects, (steady_ns() - stream->opened) / 1000);
}

static void connected(struct stream *stream) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error) {
        finish(stream, strerror(error));
        return;
    }
    watch(epoll, stream->fd, EPOLL_CTL_MOD, EPOLLIN, stream);
    if (wanted.mode == SSE) become_ready(stream);
    else begin_upgrade(stream);
}

static void open_socket(struct stream *stream) {
    struct sockaddr_in address = loopback(wanted.port);
    stream->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->fd < 0) die("socket");
    no_delay(stream->fd);
    stream->opened = steady_ns();
    stream->phase = CONNECTING;
    shaking++;
    if (connect(stream->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) die("connect");
    watch(epoll, stream->fd, EPOLL_CTL_ADD, EPOLLOUT, stream);
}

/* True once the head of the answer is complete and has the wanted status; the rest of the input stays. */
static bool take_head(struct stream *stream, const char *status) {
    char reason[REASON_LENGTH];
    struct buffer *in = &stream->in;
    const char *end = memmem(in->data, in->length, "\r\n\r\n", 4);
    if (!end) return false;
    if (in->length < 12 || memcmp(in->data + 9, status, 3)) {
        snprintf(reason, sizeof reason, "status %.3s", in->data + 9);
        finish(stream, reason);
        return false;
    }
    consume(in, (size_t)(end - in->data) + 4);
    return true;
}

static void take_events(struct stream *stream, int64_t now) {
    int marks = 0;
    bool done = false;
    if (!stream->state[0]) {
        if (!take_head(stream, "200")) return;
        strcpy(stream->state, "answered");
    }
    consume(&stream->in, scan(stream, stream->in.data, stream->in.length, now, &marks, &done));
    frames += marks;
    if (done) finish(stream, NULL);
}

static void receive(struct stream *stream) {
    while (stream->fd >= 0) {
        static char received[RECEIVE_SIZE];
        ssize_t got = recv(stream->fd, received, RECEIVE_SIZE, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            if (stream->phase == ENDED && !wanted.idle) {
                close(stream->fd);
                stream->fd = -1;
            } else {
                finish(stream, "connection lost");
            }
            return;
        }
        int64_t now = wall_us();
        append(&stream->in, received, (size_t)got);
        bytes += got;
        if (stream->phase == SHAKING && take_head(stream, "101")) become_ready(stream);
        if (wanted.mode == SSE) {
            if (stream->phase == FOLLOWING) take_events(stream, now);
        } else if (stream->phase >= READY) {
            take_frames(stream, now);
        }
        if (got < RECEIVE_SIZE) return;
    }
}

static void handle(struct stream *stream, uint32_t events) {
    if (stream->fd < 0) return;
    if (stream->phase == CONNECTING) {
        connected(stream);
        return;
    }
    if (events & EPOLLOUT) {
        if (!flush(stream->fd, &stream->out)) {
            finish(stream, "connection lost");
            return;
        }
        if (!stream->out.length) {
            stream->write_armed = false;
            watch(epoll, stream->fd, EPOLL_CTL_MOD, EPOLLIN, stream);
        }
    }
    if (events & ~(uint32_t)EPOLLOUT) receive(stream);
}

/* -- the loop -- */

static void turn(int timeout_ms, bool *told) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, timeout_ms);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < ready; i++) {
        char line[64];
        if (events[i].data.ptr) {
            handle(events[i].data.ptr, events[i].events);
            continue;
        }
        *told = true;
        if (read(STDIN_FILENO, line, sizeof line) > 0) continue;
        watch(epoll, STDIN_FILENO, EPOLL_CTL_DEL, 0, NULL);
        if (wanted.idle) wanted.timeout = -1;
    }
}

static void open_all(void) {
    bool told = false;
    for (int next = 0; opened < wanted.streams;) {
        while (next < wanted.streams && shaking < CONNECT_AT_ONCE) open_socket(&streams[next++]);
        turn(100, &told);
        int64_t now = steady_ns();
        for (int i = 0; i < next; i++)
            if (streams[i].phase <= SHAKING && now - streams[i].opened > 20000000000LL)
                finish(&streams[i], "connect timeout");
    }
}

static void stop_due_streams(int64_t now) {
    for (int i = 0; i < wanted.streams; i++)
        if (streams[i].phase == FOLLOWING && streams[i].stop_due && streams[i].stop_due <= now) stop(&streams[i]);
}

static void acknowledge_due_streams(int64_t now) {
    for (int i = 0; i < wanted.streams; i++) {
        struct stream *stream = &streams[i];
        if (stream->phase == FOLLOWING && stream->unacknowledged &&
            now - stream->unacknowledged_since >= wanted.ack_ms * 1000)
            acknowledge(stream);
    }
}

static int by_start(const void *left, const void *right) {
    int64_t a = (*(struct stream *const *)left)->start_due, b = (*(struct stream *const *)right)->start_due;
    return (a > b) - (a < b);
}

static void run_streams(void) {
    bool told = false;
    struct stream **order = claim(NULL, (size_t)wanted.streams * sizeof *order);
    int64_t begun = steady_ns(), checked = begun;
    for (int i = 0; i < wanted.streams; i++) {
        order[i] = &streams[i];
        streams[i].start_due = begun + (int64_t)(wanted.spread * 1e9 * (double)random() / RAND_MAX);
    }
    qsort(order, (size_t)wanted.streams, sizeof *order, by_start);
    for (int next = 0; ended < wanted.streams;) {
        int64_t now = steady_ns();
        if (now - begun > (int64_t)(wanted.timeout * 1e9)) break;
        for (; next < wanted.streams && order[next]->start_due <= now; next++)
            if (order[next]->phase == READY) ask(order[next]);
        if (now - checked >= 5000000) {
            checked = now;
            if (wanted.mode == APP) acknowledge_due_streams(wall_us());
            if (wanted.stop_within > 0) stop_due_streams(wall_us());
        }
        int64_t left = next < wanted.streams ? (order[next]->start_due - now) / 1000000 : 5;
        turn(left > 5 ? 5 : (int)left, &told);
    }
    for (int i = 0; i < wanted.streams; i++) finish(&streams[i], "timeout");
    free(order);
}

static void hold_idle(void) {
    bool told = false;
    while (wanted.timeout >= 0) turn(1000, &told);
}

static void print_report(double seconds, double cpu) {
    long expected = 0, received = 0, doubled = 0, disordered = 0, after_stop = 0;
    for (int i = 0; i < wanted.streams; i++) {
        struct stream *stream = &streams[i];
        expected += stream->stopping || wanted.idle ? stream->received : wanted.tokens;
        received += stream->received;
        doubled += stream->doubled;
        disordered += stream->disordered;
        after_stop += stream->after_stop;
    }
    printf("{\"streams\":%d,\"seconds\":%.3f,\"expected\":%ld,\"received\":%ld,\"lost\":%ld,\"doubled\":%ld,"
           "\"disordered\":%ld,\"after_stop\":%ld,\"frames\":%ld,\"bytes\":%ld,\"cpu_us\":%.0f,",
           wanted.streams, seconds, expected, received, expected - received, doubled, disordered, after_stop, frames,
           bytes, cpu);
    print_samples("ttft_ms", &first_tokens);
    print_samples("delay_ms", &delays);
    print_samples("ack_ms", &acks);
    print_samples("connect_ms", &connects);
    printf("\"stops\":[");
    for (int i = 0, some = 0; i < wanted.streams; i++)
        if (streams[i].stopping)
            printf("%s[%ld,%lld,%lld]", some++ ? "," : "", wanted.mark_base + i, (long long)streams[i].stopped,
                   (long long)streams[i].ended);
    printf("],\"errors\":{");
    for (int i = 0; i < reason_count; i++) printf("%s\"%s\":%d", i ? "," : "", reasons[i].text, reasons[i].count);
    printf("}}\n");
}

/* -- start -- */

static void read_sessions(void) {
    struct session session;
    FILE *file = fopen(wanted.sessions ? wanted.sessions : "", "r");
    if (!file) die("--sessions");
    while (fscanf(file, "%95s %39s", session.key, session.offer) == 2) {
        sessions = claim(sessions, (size_t)(session_count + 1) * sizeof session);
        sessions[session_count++] = session;
    }
    fclose(file);
    if (!session_count) die("--sessions: no lines");
}

_Noreturn static void usage(void) {
    fprintf(stderr, "load: unknown or incomplete option; the head of load.c lists them\n");
    exit(2);
}

static void read_option(const char *name, const char *value) {
    if (!strcmp(name, "--mode")) {
        if (!strcmp(value, "sse")) wanted.mode = SSE;
        else if (!strcmp(value, "ws")) wanted.mode = WS;
        else if (!strcmp(value, "app")) wanted.mode = APP;
        else usage();
    } else if (!strcmp(name, "--port")) wanted.port = atoi(value);
    else if (!strcmp(name, "--path")) wanted.path = value;
    else if (!strcmp(name, "--model")) wanted.model = value;
    else if (!strcmp(name, "--streams")) wanted.streams = atoi(value);
    else if (!strcmp(name, "--spread")) wanted.spread = atof(value);
    else if (!strcmp(name, "--mark-base")) wanted.mark_base = atol(value);
    else if (!strcmp(name, "--sessions")) wanted.sessions = value;
    else if (!strcmp(name, "--stop-within")) wanted.stop_within = atof(value);
    else if (!strcmp(name, "--timeout")) wanted.timeout = atof(value);
    else if (!strcmp(name, "--ack-frames")) wanted.ack_frames = atoi(value);
    else if (!strcmp(name, "--ack-ms")) wanted.ack_ms = atoi(value);
    else if (!strcmp(name, "--seed")) srandom((unsigned)atoi(value));
    else usage();
}

static void read_options(int count, char **words) {
    for (int i = 1; i < count; i++) {
        if (!strcmp(words[i], "--idle")) wanted.idle = true;
        else if (i + 1 < count) read_option(words[i], words[i + 1]), i++;
        else usage();
    }
    if (sscanf(wanted.model, "syn-%d-%d-%d", &wanted.rate, &wanted.tokens, &wanted.first_ms) != 3 ||
        wanted.tokens > MOST_TOKENS || wanted.streams < 1 || wanted.rate < 1 || !wanted.port)
        usage();
    if (!wanted.timeout) /* the streams' own time, twice over and some: who is later than that has failed */
        wanted.timeout = wanted.spread + wanted.first_ms / 1000.0 + 2.0 * wanted.tokens / wanted.rate + 15;
}

static void prepare_streams(void) {
    if (wanted.mode == APP) read_sessions();
    streams = claim(NULL, (size_t)wanted.streams * sizeof *streams);
    memset(streams, 0, (size_t)wanted.streams * sizeof *streams);
    for (int i = 0; i < wanted.streams; i++) {
        streams[i].number = i;
        streams[i].fd = -1;
        streams[i].last = -1;
        streams[i].seen = claim(NULL, (size_t)wanted.tokens / 8 + 1);
        memset(streams[i].seen, 0, (size_t)wanted.tokens / 8 + 1);
    }
}

static double own_cpu_us(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + (double)usage.ru_utime.tv_usec +
           (double)usage.ru_stime.tv_usec;
}

int main(int count, char **words) {
    bool told = false;
    srandom((unsigned)(wall_us() ^ getpid())); /* client ids must be new in every run: the app answers a known one as known */
    read_options(count, words);
    end_with_parent();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    prepare_streams();
    open_all();
    printf("ready\n");
    fflush(stdout);
    watch(epoll, STDIN_FILENO, EPOLL_CTL_ADD, EPOLLIN, NULL);
    if (!wanted.idle)
        while (!told) turn(1000, &told);
    double cpu = own_cpu_us();
    int64_t begun = steady_ns();
    if (wanted.idle) hold_idle();
    else run_streams();
    print_report((double)(steady_ns() - begun) / 1e9, own_cpu_us() - cpu);
    return 0;
}
