/* conn.c - reading, queueing and writing of one WebSocket. */
#include "ws/conn.h"

#include <h2o/http1.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bytes.h"
#include "http/client.h"
#include "ws/local.h"

#define UNKNOWN_MESSAGE_MAX 4096
#define MESSAGE_MAX 65536
#define SIGN_IN_MS 5000
#define PING_EVERY_MS 25000
#define PONG_WITHIN_MS 8000
#define SLOW_MS 30000
#define CLOSE_WITHIN_MS 2000
#define WRITE_FRAMES_MAX 64
/* The kernel would hold megabytes for a reader that has gone to sleep; the journal keeps them as well. */
#define KERNEL_BUFFER 65536
#define IP_BUCKETS 16384

static _Atomic unsigned ip_counts[IP_BUCKETS];

unsigned
ws_ip_bucket(const h2o_req_t *req)
{
    uint8_t address[ADDRESS_SIZE];
    uint32_t hash = 2166136261U;

    http_client_address(req, address);
    address_cut(address);
    for (size_t i = 0; i < sizeof address; i++) {
        hash = (hash ^ address[i]) * 16777619U;
    }
    return hash % IP_BUCKETS;
}

bool
ws_ip_enter(unsigned bucket, unsigned max)
{
    if (atomic_fetch_add(&ip_counts[bucket], 1) >= max) {
        atomic_fetch_sub(&ip_counts[bucket], 1);
        return false;
    }
    return true;
}

/* Size of the frame that begins here, 0 when its head is not complete, UINT64_MAX when it is longer than any may be. */
static uint64_t
frame_size(const uint8_t *head, size_t len)
{
    size_t wide = len < 2 || (head[1] & 0x7f) < 126 ? 0 : (head[1] & 0x7f) == 126 ? 2 : 8;
    size_t head_size = 2 + wide + (len >= 2 && head[1] & 0x80 ? 4 : 0);
    uint64_t payload;

    if (len < 2 || len < 2 + wide) {
        return 0;
    }
    payload = wide == 0 ? head[1] & 0x7f : wide == 2 ? mpos_get_u16(head + 2) : mpos_get_u64(head + 2);
    return payload > MESSAGE_MAX ? UINT64_MAX : head_size + payload;
}

/* wslay would wait for the payload before it looks at its length: the reader gets whole heads of frames that may be. */
static bool
begin_frame(ws_conn *conn)
{
    h2o_buffer_t *input = conn->sock->input;
    uint64_t size = frame_size((const uint8_t *)input->bytes, input->size);

    if (size == UINT64_MAX) {
        conn->oversized = true;
        return false;
    }
    conn->frame_left = size;
    return size > 0;
}

static ssize_t
on_recv(wslay_event_context_ptr reader, uint8_t *buf, size_t len, int flags, void *data)
{
    ws_conn *conn = data;
    h2o_buffer_t *input = conn->sock->input;

    (void)flags;
    if (input->size == 0 || conn->oversized || (conn->frame_left == 0 && !begin_frame(conn))) {
        wslay_event_set_error(reader, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    len = len < input->size ? len : input->size;
    len = len < conn->frame_left ? len : (size_t)conn->frame_left;
    conn->frame_left -= len;
    memcpy(buf, input->bytes, len);
    h2o_buffer_consume(&conn->sock->input, len);
    return (ssize_t)len;
}

static ssize_t
on_send(wslay_event_context_ptr reader, const uint8_t *bytes, size_t len, int flags, void *data)
{
    static const uint8_t close_without_code[] = {0x88, 0};
    static const uint8_t close_protocol[] = {0x88, 2, WSLAY_CODE_PROTOCOL_ERROR >> 8,
                                             WSLAY_CODE_PROTOCOL_ERROR & 0xff};
    bool nameless = len == sizeof close_without_code && memcmp(bytes, close_without_code, len) == 0;

    (void)flags;
    /* For a frame that is none wslay closes without saying why. */
    if (nameless && !wslay_event_get_close_received(reader)) {
        ws_conn_push(data, ws_frame_raw(close_protocol, sizeof close_protocol));
    } else {
        ws_conn_push(data, ws_frame_raw(bytes, len));
    }
    return (ssize_t)len;
}

static void
on_message(wslay_event_context_ptr reader, const struct wslay_event_on_msg_recv_arg *message, void *data)
{
    ws_conn *conn = data;

    (void)reader;
    if (conn->closing || wslay_is_ctrl_frame(message->opcode)) {
        return;
    }
    if (message->opcode != WSLAY_TEXT_FRAME) {
        ws_conn_close(conn, WS_CLOSE_PROTOCOL);
        return;
    }
    ws_message(conn, (const char *)message->msg, message->msg_length);
    if (conn->signed_in) {
        wslay_event_config_set_max_recv_msg_length(conn->reader, MESSAGE_MAX);
    }
}

static ws_frame **
queue_place(ws_conn *conn, size_t index)
{
    return &conn->queue[(conn->queue_first + index) % conn->queue_size];
}

static void
grow_queue(ws_conn *conn)
{
    size_t size = conn->queue_size == 0 ? 8 : conn->queue_size * 2;
    ws_frame **queue = calloc(size, sizeof *queue);

    if (queue == NULL) {
        abort();
    }
    for (size_t i = 0; i < conn->queue_count; i++) {
        queue[i] = *queue_place(conn, i);
    }
    free(conn->queue);
    conn->queue = queue;
    conn->queue_size = size;
    conn->queue_first = 0;
}

void
ws_conn_push(ws_conn *conn, ws_frame *frame)
{
    /* Pongs and errors beyond twice the cap: someone sends without ever reading. */
    if (conn->queue_count >= 2 * WS_QUEUE_FRAMES_MAX) {
        ws_frame_release(frame);
        conn->broken = true;
        return;
    }
    if (conn->queue_count == conn->queue_size) {
        grow_queue(conn);
    }
    *queue_place(conn, conn->queue_count++) = frame;
    conn->queue_bytes += frame->len;
}

void
ws_conn_say(ws_conn *conn, const char *format, ...)
{
    char json[512];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(json, sizeof json, format, args);
    va_end(args);
    ws_conn_push(conn, ws_frame_new(json, (size_t)len < sizeof json ? (size_t)len : sizeof json - 1));
}

bool
ws_conn_has_room(const ws_conn *conn)
{
    return conn->queue_bytes < WS_QUEUE_BYTES_MAX && conn->queue_count < WS_QUEUE_FRAMES_MAX &&
           !conn->closing && !conn->broken;
}

static void
on_written(h2o_socket_t *sock, const char *err);

void
ws_conn_flush(ws_conn *conn)
{
    h2o_iovec_t bufs[WRITE_FRAMES_MAX];
    size_t count = 0;

    if (conn->sock == NULL || conn->writing > 0 || conn->queue_count == 0) {
        return;
    }
    while (count < conn->queue_count && count < WRITE_FRAMES_MAX) {
        ws_frame *frame = *queue_place(conn, count);

        bufs[count++] = h2o_iovec_init(frame->bytes, frame->len);
    }
    conn->writing = count;
    conn->write_since_ms = clock_elapsed_ms();
    metrics_add(conn->worker->metrics, METRIC_WS_FRAMES, (int64_t)count);
    h2o_socket_write(conn->sock, bufs, count, on_written);
}

static void
pop_written(ws_conn *conn)
{
    for (; conn->writing > 0; conn->writing--) {
        ws_frame *frame = *queue_place(conn, 0);

        conn->queue_bytes -= frame->len;
        conn->queue_first = (conn->queue_first + 1) % conn->queue_size;
        conn->queue_count--;
        ws_frame_release(frame);
    }
    conn->write_since_ms = 0;
}

/* After a callback: writes what came up, or ends what is over. */
static void
settle(ws_conn *conn)
{
    ws_conn_flush(conn);
    if (conn->broken || (conn->queue_count == 0 && !wslay_event_want_read(conn->reader))) {
        ws_conn_destroy(conn);
    }
}

static void
on_written(h2o_socket_t *sock, const char *err)
{
    ws_conn *conn = sock->data;

    pop_written(conn);
    if (err != NULL) {
        ws_conn_destroy(conn);
        return;
    }
    for (size_t i = 0; i < WS_SUBS_MAX; i++) {
        if (conn->subs[i].journal != NULL) {
            ws_sub_advance(&conn->subs[i]);
        }
    }
    settle(conn);
}

static void
send_queued_control(ws_conn *conn)
{
    if (wslay_event_want_write(conn->reader) && wslay_event_send(conn->reader) != 0) {
        conn->broken = true;
    }
}

static void
read_input(ws_conn *conn)
{
    if (wslay_event_want_read(conn->reader) && wslay_event_recv(conn->reader) != 0) {
        conn->broken = true;
    }
    if (conn->oversized) {
        ws_conn_close(conn, WS_CLOSE_PROTOCOL);
    }
    send_queued_control(conn);
    if (!wslay_event_want_read(conn->reader) && !conn->closing) {
        conn->closing = true;
        conn->close_by_ms = clock_elapsed_ms() + CLOSE_WITHIN_MS;
    }
}

static void
on_read(h2o_socket_t *sock, const char *err)
{
    ws_conn *conn = sock->data;

    if (err != NULL) {
        ws_conn_destroy(conn);
        return;
    }
    conn->heard_ms = clock_elapsed_ms();
    conn->pinged_ms = 0;
    read_input(conn);
    settle(conn);
}

void
ws_conn_close(ws_conn *conn, ws_close code)
{
    if (conn->closing || conn->sock == NULL) {
        return;
    }
    conn->closing = true;
    conn->close_by_ms = clock_elapsed_ms() + CLOSE_WITHIN_MS;
    wslay_event_queue_close(conn->reader, (uint16_t)code, NULL, 0);
    send_queued_control(conn);
    ws_conn_flush(conn);
}

static void
free_conn(ws_conn *conn)
{
    for (size_t i = 0; i < conn->queue_count; i++) {
        ws_frame_release(*queue_place(conn, i));
    }
    free(conn->queue);
    wslay_event_context_free(conn->reader);
    atomic_fetch_sub(&ip_counts[conn->ip_bucket], 1);
    ws_local_leave(conn);
    free(conn);
}

void
ws_conn_destroy(ws_conn *conn)
{
    conn->broken = conn->closing = true;
    for (size_t i = 0; i < WS_SUBS_MAX; i++) {
        ws_sub_end(&conn->subs[i]);
    }
    if (conn->sock != NULL) {
        h2o_socket_close(conn->sock);
        conn->sock = NULL;
    }
    if (conn->asking == 0) {
        free_conn(conn);
    }
}

bool
ws_conn_answered(ws_conn *conn)
{
    conn->asking--;
    if (!conn->broken) {
        return true;
    }
    ws_conn_destroy(conn);
    return false;
}

void
ws_conn_tick(ws_conn *conn, uint64_t now_ms)
{
    static const uint8_t ping[] = {0x89, 0};
    bool blocked = conn->write_since_ms != 0;

    if (conn->sock == NULL) {
        return; /* the upgrade or a last query is still under way */
    }
    if (conn->broken || (conn->closing && now_ms >= conn->close_by_ms)) {
        ws_conn_destroy(conn);
    } else if (conn->closing) {
        return;
    } else if (blocked && now_ms - conn->write_since_ms > SLOW_MS) {
        metrics_add(conn->worker->metrics, METRIC_WS_SLOW_CLOSED, 1);
        ws_conn_close(conn, WS_CLOSE_SLOW);
    } else if (!conn->signed_in && now_ms - conn->opened_ms > SIGN_IN_MS) {
        ws_conn_close(conn, WS_CLOSE_AUTH);
    } else if (conn->signed_in && conn->claims.expires_s < clock_now_us() / 1000000) {
        ws_conn_close(conn, WS_CLOSE_AUTH);
    } else if (conn->pinged_ms != 0 && !blocked && now_ms - conn->pinged_ms > PONG_WITHIN_MS) {
        ws_conn_destroy(conn);
    } else if (conn->pinged_ms == 0 && now_ms - conn->heard_ms > PING_EVERY_MS) {
        conn->pinged_ms = now_ms;
        ws_conn_push(conn, ws_frame_raw(ping, sizeof ping));
        ws_conn_flush(conn);
    }
}

static void
on_upgraded(void *data, h2o_socket_t *sock, size_t request_size)
{
    static const int send_buffer = KERNEL_BUFFER;
    ws_conn *conn = data;

    if (sock == NULL) {
        ws_conn_destroy(conn);
        return;
    }
    conn->sock = sock;
    sock->data = conn;
    setsockopt(h2o_socket_get_fd(sock), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    h2o_buffer_consume(&sock->input, request_size);
    conn->opened_ms = conn->heard_ms = clock_elapsed_ms();
    ws_hello(conn);
    h2o_socket_read_start(sock, on_read);
    if (sock->input->size > 0) {
        read_input(conn);
    }
    settle(conn);
}

/* The answer to Sec-WebSocket-Key (RFC 6455, 4.2.2). */
static void
accept_key_of(const char *client_key, char out[32])
{
    static const char suffix[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t hash[SHA_DIGEST_LENGTH];
    text_buf text = {0};

    text_add(&text, client_key, 24); /* the handshake check has seen to this length */
    text_add(&text, suffix, sizeof suffix - 1);
    SHA1((const uint8_t *)text.data, text.len, hash);
    sodium_bin2base64(out, 32, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    text_free(&text);
}

void
ws_conn_open(worker *worker, h2o_req_t *req, const char *client_key, unsigned ip_bucket)
{
    static const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_recv,
        .send_callback = on_send,
        .on_msg_recv_callback = on_message,
    };
    ws_conn *conn = calloc(1, sizeof *conn);
    char accept_key[32];

    if (conn == NULL || wslay_event_context_server_init(&conn->reader, &callbacks, conn) != 0) {
        abort();
    }
    wslay_event_config_set_max_recv_msg_length(conn->reader, UNKNOWN_MESSAGE_MAX);
    conn->worker = worker;
    conn->ip_bucket = ip_bucket;
    ws_local_enter(conn);
    accept_key_of(client_key, accept_key);
    req->res.status = 101;
    req->res.reason = "Switching Protocols";
    h2o_add_header(&req->pool, &req->res.headers, H2O_TOKEN_UPGRADE, NULL, H2O_STRLIT("websocket"));
    h2o_add_header_by_str(&req->pool, &req->res.headers, H2O_STRLIT("sec-websocket-accept"), 0, NULL,
                          h2o_strdup(&req->pool, accept_key, SIZE_MAX).base, strlen(accept_key));
    h2o_add_header_by_str(&req->pool, &req->res.headers, H2O_STRLIT("sec-websocket-protocol"), 0, NULL,
                          H2O_STRLIT("mpos.v1"));
    h2o_http1_upgrade(req, NULL, 0, on_upgraded, conn);
}
