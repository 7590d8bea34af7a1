/* A synthetic provider on loopback: streams numbered, time-stamped tokens in the GLM dialect at an exact pace.
 *
 *   upstream [--port P] [--text FILE]     prints "listening P" and serves until it is ended (P = 0: any free port)
 *
 * POST /v1/chat/completions, POST /api/paas/v4/chat/completions
 *     model "syn-<tokens per second>-<tokens>-<ms to the first token>"; every other field is accepted and ignored, but
 *     "mark-<number>" in the body names the request in the list of aborts. Every chunk carries one mark (loopback.h).
 *     Model "text-<the same three>" writes the file instead, from its beginning and over and over, without marks: what a
 *     browser has to draw.
 * GET  .../models, GET /stats    counts, and the last aborted streams as [mark, time in us, tokens sent]
 *
 * One thread, one epoll, one heap of due times. A token is stamped when it is handed to the kernel.
 */
#define _GNU_SOURCE
#include "loopback.h"

#include <strings.h>

/* Wake at most once a millisecond: at 200 streams each wake-up serves ten, so the bench costs a fraction of a server. */
enum { TICK = 1000000 /* ns */ };
enum { ABORTS_KEPT = 4096, MODEL_LENGTH = 48, CHUNK_LENGTH = 512, PIECE = 4 /* bytes at least of a token of text */ };

struct connection {
    int fd;
    bool write_armed, broken, closing;
    struct buffer in, out;
    /* the running stream; heap_at is -1 when there is none */
    int heap_at;
    int64_t due, begun, interval; /* ns */
    int next, total;
    bool is_text;
    long mark;
    char model[MODEL_LENGTH];
    char chunk[CHUNK_LENGTH];
    size_t chunk_length, index_at, time_at;
};

struct abort_note {
    long mark;
    int64_t time;
    int sent;
};

static struct {
    long connections, requests, refused, finished, aborted, tokens, late;
    struct abort_note aborts[ABORTS_KEPT];
} stats;

static struct {
    char **pieces; /* each as it stands inside a JSON string */
    int count;
} text;

static int epoll;
static struct connection **heap;
static int heap_length, heap_capacity;

/* -- the heap of streams by due time -- */

static void place(int at, struct connection *connection) {
    heap[at] = connection;
    connection->heap_at = at;
}

static void sift_up(int at) {
    struct connection *moving = heap[at];
    for (int parent; at > 0 && heap[parent = (at - 1) / 2]->due > moving->due; at = parent) place(at, heap[parent]);
    place(at, moving);
}

static void sift_down(int at) {
    struct connection *moving = heap[at];
    for (;;) {
        int child = 2 * at + 1;
        if (child >= heap_length) break;
        if (child + 1 < heap_length && heap[child + 1]->due < heap[child]->due) child++;
        if (heap[child]->due >= moving->due) break;
        place(at, heap[child]);
        at = child;
    }
    place(at, moving);
}

static void heap_add(struct connection *connection) {
    if (heap_length == heap_capacity) {
        heap_capacity = heap_capacity ? heap_capacity * 2 : 256;
        heap = claim(heap, (size_t)heap_capacity * sizeof *heap);
    }
    place(heap_length, connection);
    sift_up(heap_length++);
}

static void heap_remove(struct connection *connection) {
    int at = connection->heap_at;
    connection->heap_at = -1;
    struct connection *last = heap[--heap_length];
    if (last == connection) return;
    place(at, last);
    sift_up(at);
    sift_down(last->heap_at);
}

/* -- sending -- */

static void send_bytes(struct connection *connection, const char *data, size_t length) {
    if (connection->broken) return;
    if (!transmit(connection->fd, &connection->out, data, length)) {
        connection->broken = true;
        return;
    }
    if (connection->out.length && !connection->write_armed) {
        connection->write_armed = true;
        watch(epoll, connection->fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP | EPOLLOUT, connection);
    }
}

static void respond(struct connection *connection, const char *status, const char *body, size_t length) {
    char head[256];
    int size = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        status, length);
    send_bytes(connection, head, (size_t)size);
    send_bytes(connection, body, length);
}

static void refuse(struct connection *connection, const char *status, const char *message) {
    char body[256];
    int size = snprintf(body, sizeof body, "{\"error\":{\"code\":\"1210\",\"message\":\"%s\"}}", message);
    stats.refused++;
    respond(connection, status, body, (size_t)size);
}

static void send_stats(struct connection *connection) {
    struct buffer body = {0};
    char line[320];
    int size = snprintf(line, sizeof line,
                        "{\"connections\":%ld,\"requests\":%ld,\"refused\":%ld,\"finished\":%ld,\"aborted\":%ld,"
                        "\"open\":%d,\"tokens\":%ld,\"late\":%ld,\"aborts\":[",
                        stats.connections, stats.requests, stats.refused, stats.finished, stats.aborted, heap_length,
                        stats.tokens, stats.late);
    append(&body, line, (size_t)size);
    long first = stats.aborted > ABORTS_KEPT ? stats.aborted - ABORTS_KEPT : 0;
    for (long number = first; number < stats.aborted; number++) {
        struct abort_note *note = &stats.aborts[number % ABORTS_KEPT];
        size = snprintf(line, sizeof line, "%s[%ld,%lld,%d]", number > first ? "," : "", note->mark,
                        (long long)note->time, note->sent);
        append(&body, line, (size_t)size);
    }
    append(&body, "]}", 2);
    respond(connection, "200 OK", body.data, body.length);
    release(&body);
}

/* -- the text -- */

static bool continues(char byte) { return (byte & 0xc0) == 0x80; } /* a character of UTF-8 that began before */

static void add_piece(const char *from, size_t length) {
    char *piece = claim(NULL, 2 * length + 1), *end = piece;
    for (size_t at = 0; at < length; at++) {
        if (strchr("\"\\\n", from[at])) *end++ = '\\';
        *end++ = from[at] == '\n' ? 'n' : from[at];
    }
    *end = 0;
    text.pieces = claim(text.pieces, (size_t)(text.count + 1) * sizeof *text.pieces);
    text.pieces[text.count++] = piece;
}

/* Cut a file of Markdown into tokens; it may have no control characters but line ends. */
static void read_text(const char *path) {
    struct buffer all = {0};
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    for (char part[4096]; !feof(file);) {
        append(&all, part, fread(part, 1, sizeof part, file));
        if (ferror(file)) die(path);
    }
    fclose(file);
    for (size_t at = 0, next; at < all.length; at = next) {
        next = at + PIECE < all.length ? at + PIECE : all.length;
        while (next < all.length && continues(all.data[next])) next++;
        add_piece(all.data + at, next - at);
    }
    release(&all);
}

/* -- one stream -- */

static void prepare_chunk(struct connection *connection, time_t created) {
    char event[CHUNK_LENGTH];
    int size = snprintf(event, sizeof event,
                        "data: {\"id\":\"20251124100000a1b2c3d4e5f60718\",\"created\":%lld,"
                        "\"object\":\"chat.completion.chunk\",\"model\":\"%s\",\"choices\":[{\"index\":0,\"delta\":"
                        "{\"role\":\"assistant\",\"content\":\"[00000:0000000000000000] \"}}]}\n\n",
                        (long long)created, connection->model);
    size = snprintf(connection->chunk, sizeof connection->chunk, "%x\r\n%s\r\n", (unsigned)size, event);
    connection->chunk_length = (size_t)size;
    connection->index_at = (size_t)(strstr(connection->chunk, "[00000:") + 1 - connection->chunk);
    connection->time_at = connection->index_at + INDEX_DIGITS + 1;
}

static void write_digits(char *end, int digits, int64_t value) {
    for (; digits > 0; digits--, value /= 10) *--end = (char)('0' + value % 10);
}

static void send_piece(struct connection *connection) {
    char event[CHUNK_LENGTH], http[CHUNK_LENGTH + 32];
    int size = snprintf(event, sizeof event,
                        "data: {\"id\":\"20251124100000a1b2c3d4e5f60718\",\"model\":\"%s\",\"choices\":[{\"index\":0,"
                        "\"delta\":{\"role\":\"assistant\",\"content\":\"%s\"}}]}\n\n",
                        connection->model, text.pieces[connection->next % text.count]);
    size = snprintf(http, sizeof http, "%x\r\n%s\r\n", (unsigned)size, event);
    send_bytes(connection, http, (size_t)size);
}

static void send_mark(struct connection *connection) {
    write_digits(connection->chunk + connection->index_at + INDEX_DIGITS, INDEX_DIGITS, connection->next);
    write_digits(connection->chunk + connection->time_at + TIME_DIGITS, TIME_DIGITS, wall_us());
    send_bytes(connection, connection->chunk, connection->chunk_length);
}

static void send_token(struct connection *connection) {
    if (connection->is_text) send_piece(connection);
    else send_mark(connection);
    connection->next++;
    stats.tokens++;
}

static void send_end(struct connection *connection, time_t created) {
    char event[2 * CHUNK_LENGTH], http[2 * CHUNK_LENGTH + 32];
    int size = snprintf(event, sizeof event,
                        "data: {\"id\":\"20251124100000a1b2c3d4e5f60718\",\"created\":%lld,"
                        "\"object\":\"chat.completion.chunk\",\"model\":\"%s\",\"choices\":[{\"index\":0,"
                        "\"finish_reason\":\"stop\",\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],"
                        "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":%d,\"total_tokens\":%d,"
                        "\"prompt_tokens_details\":{\"cached_tokens\":0},"
                        "\"completion_tokens_details\":{\"reasoning_tokens\":0}}}\n\ndata: [DONE]\n\n",
                        (long long)created, connection->model, connection->total, connection->total + 12);
    size = snprintf(http, sizeof http, "%x\r\n%s\r\n0\r\n\r\n", (unsigned)size, event);
    send_bytes(connection, http, (size_t)size);
    stats.finished++;
}

static void note_abort(struct connection *connection) {
    stats.aborts[stats.aborted++ % ABORTS_KEPT] = (struct abort_note){connection->mark, wall_us(), connection->next};
    heap_remove(connection);
}

/* -- requests -- */

/* The value of the first "model" field; user text cannot hide one before it, its quotes are escaped. */
static bool find_model(const char *body, char *model) {
    const char *at = strstr(body, "\"model\"");
    if (!at) return false;
    at += strlen("\"model\"");
    at += strspn(at, " \t\r\n:");
    if (*at++ != '"') return false;
    size_t length = strcspn(at, "\"");
    if (length >= MODEL_LENGTH) return false;
    memcpy(model, at, length);
    model[length] = 0;
    return true;
}

static long find_mark(const char *body) {
    long mark = -1;
    for (const char *at = body; (at = strstr(at, "mark-")); ) mark = strtol(at += strlen("mark-"), NULL, 10);
    return mark;
}

static void start_stream(struct connection *connection, const char *body) {
    int rate, tokens, first;
    char kind[8], rest;
    if (!find_model(body, connection->model) ||
        sscanf(connection->model, "%7[a-z]-%d-%d-%d%c", kind, &rate, &tokens, &first, &rest) != 4 || rate < 1 ||
        tokens < 1 || tokens > MOST_TOKENS || first < 0 || (strcmp(kind, "syn") && (strcmp(kind, "text") || !text.count))) {
        refuse(connection, "400 Bad Request", "model: syn-<tokens per second>-<tokens>-<ms to the first token>");
        return;
    }
    connection->is_text = !strcmp(kind, "text");
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;charset=UTF-8\r\n"
                               "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
    send_bytes(connection, head, sizeof head - 1);
    prepare_chunk(connection, time(NULL));
    connection->mark = find_mark(body);
    connection->next = 0;
    connection->total = tokens;
    connection->interval = 1000000000LL / rate;
    connection->begun = connection->due = steady_ns() + first * 1000000LL;
    heap_add(connection);
    stats.requests++;
}

/* A short whole answer, for whoever tests a key before streaming. */
static void answer_whole(struct connection *connection, const char *body) {
    char whole[CHUNK_LENGTH];
    if (!find_model(body, connection->model)) {
        refuse(connection, "400 Bad Request", "model is missing");
        return;
    }
    int size = snprintf(whole, sizeof whole,
                        "{\"id\":\"20251124100000a1b2c3d4e5f60718\",\"created\":%lld,\"model\":\"%s\",\"choices\":"
                        "[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\","
                        "\"content\":\"ok\"}}],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":1,"
                        "\"total_tokens\":13}}",
                        (long long)time(NULL), connection->model);
    stats.requests++;
    respond(connection, "200 OK", whole, (size_t)size);
}

static bool wants_stream(const char *body) {
    const char *at = strstr(body, "\"stream\"");
    if (!at) return false;
    at += strlen("\"stream\"");
    at += strspn(at, " \t\r\n:");
    return !strncmp(at, "true", 4);
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

static void route(struct connection *connection, const char *method, const char *path, const char *body) {
    static const char models[] = "{\"object\":\"list\",\"data\":[{\"id\":\"syn-50-200-0\",\"object\":\"model\"}]}";
    if (!strcmp(method, "POST") && ends_with(path, "/chat/completions")) {
        if (wants_stream(body)) start_stream(connection, body);
        else answer_whole(connection, body);
    } else if (!strcmp(method, "GET") && !strcmp(path, "/stats")) {
        send_stats(connection);
    } else if (!strcmp(method, "GET") && ends_with(path, "/models")) {
        respond(connection, "200 OK", models, sizeof models - 1);
    } else {
        refuse(connection, "404 Not Found", "no such path");
    }
}

static size_t content_length(const char *head) {
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (!strncasecmp(line + 2, "content-length:", 15)) return strtoul(line + 17, NULL, 10);
    return 0;
}

/* Serve what is complete in the input, one request at a time: the next waits for the end of the stream. */
static void serve_input(struct connection *connection) {
    while (connection->heap_at < 0 && !connection->broken && connection->in.length) {
        struct buffer *in = &connection->in;
        char *end = memmem(in->data, in->length, "\r\n\r\n", 4);
        if (!end) return;
        *end = 0;
        size_t head_length = (size_t)(end - in->data) + 4, body_length = content_length(in->data);
        if (in->length < head_length + body_length) {
            *end = '\r';
            return;
        }
        char method[8], path[256];
        if (sscanf(in->data, "%7s %255s", method, path) != 2) {
            connection->broken = true;
            return;
        }
        char *body = claim(NULL, body_length + 1);
        memcpy(body, in->data + head_length, body_length);
        body[body_length] = 0;
        consume(in, head_length + body_length);
        route(connection, method, path, body);
        free(body);
    }
}

/* -- the loop -- */

static void drop(struct connection *connection) {
    if (connection->heap_at >= 0) note_abort(connection);
    stats.connections--;
    close(connection->fd);
    release(&connection->in);
    release(&connection->out);
    free(connection);
}

static void accept_all(int listener) {
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection) die("memory");
        connection->fd = fd;
        connection->heap_at = -1;
        no_delay(fd);
        watch(epoll, fd, EPOLL_CTL_ADD, EPOLLIN | EPOLLRDHUP, connection);
        stats.connections++;
    }
}

static void receive(struct connection *connection) {
    for (;;) {
        reserve(&connection->in, 4096);
        ssize_t got = recv(connection->fd, connection->in.data + connection->in.length, 4096, 0);
        if (got > 0) {
            connection->in.length += (size_t)got;
            if (got < 4096) break;
        } else if (got < 0 && errno == EINTR) {
            continue;
        } else {
            if (got == 0 || errno != EAGAIN) connection->broken = true;
            break;
        }
    }
    serve_input(connection);
}

static void handle(struct connection *connection, uint32_t events) {
    if (events & EPOLLOUT) {
        if (!flush(connection->fd, &connection->out)) connection->broken = true;
        if (!connection->out.length) {
            connection->write_armed = false;
            watch(epoll, connection->fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP, connection);
        }
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) receive(connection);
    if (connection->broken) drop(connection);
}

static void send_due(void) {
    int64_t now = steady_ns();
    while (heap_length && heap[0]->due <= now) {
        struct connection *connection = heap[0];
        if (now - connection->due > 2000000) stats.late++; /* the bench itself is the bottleneck */
        if (connection->next < connection->total) {
            send_token(connection);
            connection->due = connection->begun + connection->next * connection->interval;
            sift_down(0);
        } else {
            heap_remove(connection);
            send_end(connection, time(NULL));
            serve_input(connection);
        }
        if (connection->broken) drop(connection);
    }
}

static int wait_for_events(struct epoll_event *events, int most) {
    struct timespec timeout, *limit = NULL;
    if (heap_length) {
        int64_t left = heap[0]->due - steady_ns();
        left = left < 0 ? 0 : (left + TICK - 1) / TICK * TICK;
        timeout = (struct timespec){left / 1000000000, left % 1000000000};
        limit = &timeout;
    }
    int count = epoll_pwait2(epoll, events, most, limit, NULL);
    if (count < 0 && errno != EINTR) die("epoll_pwait2");
    return count < 0 ? 0 : count;
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in address = loopback(port);
    socklen_t length = sizeof address;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0) die("listen");
    getsockname(fd, (struct sockaddr *)&address, &length);
    printf("listening %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int count, char **words) {
    int port = 0;
    for (int at = 1; at < count; at += 2) {
        if (at + 1 < count && !strcmp(words[at], "--port")) port = atoi(words[at + 1]);
        else if (at + 1 < count && !strcmp(words[at], "--text")) read_text(words[at + 1]);
        else {
            fprintf(stderr, "usage: upstream [--port P] [--text FILE]\n");
            return 2;
        }
    }
    end_with_parent();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on(port);
    watch(epoll, listener, EPOLL_CTL_ADD, EPOLLIN, NULL);
    for (struct epoll_event events[256];;) {
        int ready = wait_for_events(events, 256);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) handle(events[i].data.ptr, events[i].events);
            else accept_all(listener);
        }
        send_due();
    }
}
