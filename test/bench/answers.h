/*
 * How the clients of the benchmark talk over a unix socket, and how their figures are printed. A server ends its answers in one of
 * three ways:
 *
 *   http     a head with a Content-Length, and a status of 200
 *   close    the end of the connection; the answer is good when it contains EXPECTED
 *   length   four bytes in network order before the answer, as an SSH agent has them; the byte behind them must be 12, which is the
 *            list of identities
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_ANSWER = 65536 };

static const char *framing;
static const char *expected_text = "";
static char request[8192];
static size_t request_length;

static inline uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline int read_request(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return -1;
  request_length = fread(request, 1, sizeof request, file);
  fclose(file);
  return 0;
}

/* The whole length of an HTTP answer as its head names it; 0 while the head is incomplete, -1 when it is not a 200 with a length. */
static inline long http_length(const char *answer) {
  const char *end = strstr(answer, "\r\n\r\n");
  if (end == NULL) return 0;
  const char *length = strcasestr(answer, "\r\ncontent-length:");
  if (strncmp(answer, "HTTP/1.1 200", 12) != 0 || length == NULL || length > end) return -1;
  return (long)(end - answer) + 4 + atol(length + 17);
}

static inline long prefixed_length(const char *answer, long got) {
  const unsigned char *bytes = (const unsigned char *)answer;
  if (got < 5) return 0;
  if (bytes[4] != 12) return -1;
  return 4 + ((long)bytes[0] << 24 | (long)bytes[1] << 16 | (long)bytes[2] << 8 | (long)bytes[3]);
}

/*
 * What is so after `got` bytes: 1 the answer is whole and good, 0 more must come, -1 it is not what was asked for. `ended` says that
 * the other side has closed. The answer ends with a zero byte behind `got`.
 */
static inline int judge(const char *answer, long got, int ended) {
  if (framing[0] == 'c') return !ended ? 0 : strstr(answer, expected_text) != NULL ? 1 : -1;
  long whole = framing[0] == 'h' ? http_length(answer) : prefixed_length(answer, got);
  if (whole < 0 || (ended && (whole == 0 || got < whole))) return -1;
  return whole != 0 && got >= whole ? (got == whole ? 1 : -1) : 0;
}

static inline int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* `all` holds `count` latencies in nanoseconds; it is sorted. `settling` requests were made before the measurement. */
static inline void print_figures(uint32_t *all, size_t count, size_t settling, size_t failures, double seconds) {
  qsort(all, count, sizeof *all, ascending);
  double quantiles[] = {0.5, 0.99, 1.0}, values[3] = {0};
  for (int i = 0; i < 3 && count > 0; i++) values[i] = all[(size_t)((double)(count - 1) * quantiles[i])] / 1000.0;
  printf("{\"requests\":%zu,\"failures\":%zu,\"perSecond\":%.0f,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f}\n", count + settling, failures,
         (double)count / seconds, values[0], values[1], values[2]);
}
