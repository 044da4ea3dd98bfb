/*
 * The load client of the benchmark: asks over a unix socket, waits for the whole HTTP answer, asks again.
 *
 *   load SOCKET oneshot|persistent CLIENTS MILLISECONDS REQUEST-FILE
 *
 * It is written in C because a client in Node costs more than the servers it is to measure. Every client is a thread with a
 * blocking socket, because that is what the real callers are: programs that ask and have nothing to do until the answer is there.
 * It prints one line of JSON: requests, failures, perSecond, and p50, p99 and max in microseconds. The first SETTLING milliseconds
 * count as requests and nothing else: caches and clocks are those of whatever ran before.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_ANSWER = 65536, SETTLING = 50 };

struct client {
  pthread_t thread;
  uint32_t *latencies; /* nanoseconds */
  size_t count, capacity, settling, failures;
};

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static char request[4096];
static size_t request_length;
static int persistent;
static atomic_int phase; /* 0 wait, 1 settle, 2 measure, 3 stop */

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int open_connection(void) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

/* The length of the whole answer as its head names it; 0 while the head is incomplete, -1 when it is not a 200 with a length. */
static long expected_length(const char *answer) {
  const char *end = strstr(answer, "\r\n\r\n");
  if (end == NULL) return 0;
  const char *length = strcasestr(answer, "\r\ncontent-length:");
  if (strncmp(answer, "HTTP/1.1 200", 12) != 0 || length == NULL || length > end) return -1;
  return (long)(end - answer) + 4 + atol(length + 17);
}

static int ask(int fd, char *answer) {
  if (send(fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) return -1;
  long got = 0, expected = 0;
  while (expected == 0 || got < expected) {
    ssize_t part = read(fd, answer + got, (size_t)(LARGEST_ANSWER - got));
    if (part <= 0) return -1;
    got += part;
    answer[got] = '\0';
    if (expected == 0) expected = expected_length(answer);
    if (expected < 0) return -1;
  }
  return got == expected ? 0 : -1;
}

static void note(struct client *self, uint64_t nanoseconds) {
  if (self->count == self->capacity) {
    self->capacity = self->capacity == 0 ? 4096 : self->capacity * 2;
    self->latencies = realloc(self->latencies, self->capacity * sizeof *self->latencies);
    if (self->latencies == NULL) abort();
  }
  self->latencies[self->count++] = (uint32_t)nanoseconds;
}

/* The latency of a one-shot request contains the connection, as it does for the program that asks. */
static void *run(void *argument) {
  struct client *self = argument;
  char *answer = malloc(LARGEST_ANSWER + 1);
  int fd = -1;
  while (phase == 0) usleep(100);
  while (phase != 3) {
    uint64_t start = now();
    if (fd < 0) fd = open_connection();
    int failed = fd < 0 || ask(fd, answer) != 0;
    uint64_t taken = now() - start;
    if (failed) self->failures++;
    else if (phase == 1) self->settling++;
    else note(self, taken);
    if (fd >= 0 && (failed || !persistent)) {
      close(fd);
      fd = -1;
    }
    /* A server that refuses everything must not be hammered without pause. */
    if (failed) usleep(200);
  }
  if (fd >= 0) close(fd);
  free(answer);
  return NULL;
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static void report(struct client *clients, int number, double seconds) {
  size_t count = 0, settling = 0, failures = 0, next = 0;
  for (int i = 0; i < number; i++) {
    count += clients[i].count;
    settling += clients[i].settling;
    failures += clients[i].failures;
  }
  uint32_t *all = malloc((count + 1) * sizeof *all);
  for (int i = 0; i < number; i++) {
    if (clients[i].count > 0) memcpy(all + next, clients[i].latencies, clients[i].count * sizeof *all);
    next += clients[i].count;
  }
  qsort(all, count, sizeof *all, ascending);
  double quantiles[] = {0.5, 0.99, 1.0}, values[3] = {0};
  for (int i = 0; i < 3 && count > 0; i++) values[i] = all[(size_t)((double)(count - 1) * quantiles[i])] / 1000.0;
  printf("{\"requests\":%zu,\"failures\":%zu,\"perSecond\":%.0f,\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f}\n", count + settling, failures,
         (double)count / seconds, values[0], values[1], values[2]);
}

int main(int argc, char **argv) {
  if (argc != 6 || strlen(argv[1]) >= sizeof address.sun_path) {
    fprintf(stderr, "usage: load SOCKET oneshot|persistent CLIENTS MILLISECONDS REQUEST-FILE\n");
    return 64;
  }
  strcpy(address.sun_path, argv[1]);
  persistent = strcmp(argv[2], "persistent") == 0;
  int number = atoi(argv[3]);
  FILE *file = fopen(argv[5], "rb");
  if (file == NULL || number < 1) return 66;
  request_length = fread(request, 1, sizeof request, file);
  fclose(file);

  struct client *clients = calloc((size_t)number, sizeof *clients);
  for (int i = 0; i < number; i++) {
    if (pthread_create(&clients[i].thread, NULL, run, &clients[i]) != 0) return 71;
  }
  usleep(10000);
  phase = 1;
  usleep(SETTLING * 1000);
  uint64_t start = now();
  phase = 2;
  usleep((useconds_t)atoi(argv[4]) * 1000);
  phase = 3;
  for (int i = 0; i < number; i++) pthread_join(clients[i].thread, NULL);
  report(clients, number, (double)(now() - start) / 1e9);
  return 0;
}
