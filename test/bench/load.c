/*
 * The load client of the benchmark: asks over a unix socket, waits for the whole answer, asks again.
 *
 *   load SOCKET oneshot|persistent CLIENTS MILLISECONDS REQUEST-FILE http|close|length [EXPECTED]
 *
 * It is written in C because a client in Node costs more than the servers it is to measure. Every client is a thread with a
 * blocking socket, because that is what the real callers are: programs that ask and have nothing to do until the answer is there.
 * It prints one line of JSON: requests, failures, perSecond, and p50, p99 and max in microseconds. The first SETTLING milliseconds
 * count as requests and nothing else: caches and clocks are those of whatever ran before.
 */
#define _GNU_SOURCE
#include "answers.h"
#include <pthread.h>
#include <stdatomic.h>

enum { SETTLING = 50 };

struct client {
  pthread_t thread;
  uint32_t *latencies; /* nanoseconds */
  size_t count, capacity, settling, failures;
};

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int persistent;
static atomic_int phase; /* 0 wait, 1 settle, 2 measure, 3 stop */

static int open_connection(void) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

static int ask(int fd, char *answer) {
  if (send(fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) return -1;
  long got = 0;
  for (;;) {
    ssize_t part = read(fd, answer + got, (size_t)(LARGEST_ANSWER - got));
    if (part < 0) return -1;
    got += part;
    answer[got] = '\0';
    int verdict = judge(answer, got, part == 0);
    if (verdict != 0) return verdict == 1 ? 0 : -1;
  }
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
  print_figures(all, count, settling, failures, seconds);
}

int main(int argc, char **argv) {
  if (argc < 7 || strlen(argv[1]) >= sizeof address.sun_path) {
    fprintf(stderr, "usage: load SOCKET oneshot|persistent CLIENTS MILLISECONDS REQUEST-FILE http|close|length [EXPECTED]\n");
    return 64;
  }
  strcpy(address.sun_path, argv[1]);
  persistent = strcmp(argv[2], "persistent") == 0;
  int number = atoi(argv[3]);
  framing = argv[6];
  if (argc > 7) expected_text = argv[7];
  if (read_request(argv[5]) != 0 || number < 1) return 66;

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
