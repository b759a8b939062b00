/* fetch.c - libcurl with everything that is not needed switched off. */
#include "auth/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 5000
#define WHOLE_MS 10000

static bool private_allowed;

bool
fetch_init(bool allowed)
{
    private_allowed = allowed;
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

bool
fetch_private_allowed(void)
{
    return private_allowed;
}

static bool
is_private_v4(uint32_t address)
{
    static const struct {
        uint32_t net;
        unsigned bits;
    } nets[] = {{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16},
                {0xac100000, 12}, {0xc0000000, 24}, {0xc0a80000, 16}, {0xc6120000, 15}, {0xe0000000, 3}};

    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        if (address >> (32 - nets[i].bits) == nets[i].net >> (32 - nets[i].bits)) {
            return true;
        }
    }
    return false;
}

static bool
is_private_v6(const struct in6_addr *address)
{
    const uint8_t *bytes = address->s6_addr;
    uint32_t last;

    memcpy(&last, bytes + 12, sizeof last);
    if (IN6_IS_ADDR_V4MAPPED(address) || IN6_IS_ADDR_V4COMPAT(address)) {
        return is_private_v4(ntohl(last));
    }
    return (bytes[0] & 0xe0) != 0x20 || (bytes[0] == 0x20 && bytes[1] == 0x02); /* global unicast but 6to4 */
}

static curl_socket_t
open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    bool refused;

    (void)data;
    (void)purpose;
    if (address->family == AF_INET) {
        refused =
            is_private_v4(ntohl(((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr.s_addr));
    } else {
        refused = address->family != AF_INET6 ||
                  is_private_v6(&((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr);
    }
    if (refused && !private_allowed) {
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t
take_body(char *data, size_t size, size_t count, void *to)
{
    text_buf *out = to;

    if (out->len + size * count > FETCH_BODY_MAX) {
        return 0; /* ends the transfer */
    }
    text_add(out, data, size * count);
    return size * count;
}

static void
set_options(CURL *curl, const char *url, text_buf *out)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, private_allowed ? "https,http" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "mposd");
}

bool
fetch(const char *url, const char *form, const char *user, const char *password, text_buf *out)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    long status = 0;
    bool done;

    if (curl == NULL || headers == NULL) {
        curl_slist_free_all(headers);
        curl_easy_cleanup(curl);
        return false;
    }
    set_options(curl, url, out);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (form != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form);
    }
    if (user != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, password);
    }
    done = curl_easy_perform(curl) == CURLE_OK &&
           curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200;
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return done;
}

void
fetch_escape(text_buf *out, const char *text)
{
    char *escaped = curl_easy_escape(NULL, text, (int)strlen(text));

    if (escaped != NULL) {
        text_add_z(out, escaped);
    }
    curl_free(escaped);
}
