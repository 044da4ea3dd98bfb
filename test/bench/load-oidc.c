/*
 * The load client for oidc-agent's own client library, which encrypts what goes over the socket with keys of each request.
 *
 *   load-oidc ACCOUNT CLIENTS MILLISECONDS        OIDC_SOCK names the socket
 *
 * The library keeps its error in a variable of the process, so that every client is a process of its own. It prints what `load`
 * prints.
 */
#define _GNU_SOURCE
#include "answers.h"
#include <oidc-agent/api.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { SETTLING = 50, MOST = 100000 };

struct client {
  size_t count, settling, failures;
  uint32_t latencies[MOST]; /* nanoseconds */
};

static void run(struct client *self, const char *account, uint64_t start, uint64_t end) {
  for (;;) {
    uint64_t asked = now();
    if (asked >= end || self->count == MOST) return;
    struct token_response answer = getTokenResponse3(account, 60, NULL, "bench", NULL);
    uint64_t taken = now() - asked;
    /* Shorter than any token of the benchmark: the answer was something else. */
    if (answer.token == NULL || strlen(answer.token) < 100) {
      self->failures++;
      usleep(200);
    } else if (asked + taken < start) {
      self->settling++;
    } else {
      self->latencies[self->count++] = (uint32_t)taken;
    }
    secFreeTokenResponse(answer);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: load-oidc ACCOUNT CLIENTS MILLISECONDS\n");
    return 64;
  }
  int number = atoi(argv[2]);
  size_t size = sizeof(struct client) * (size_t)number;
  struct client *clients = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (clients == MAP_FAILED) return 71;
  uint64_t start = now() + SETTLING * 1000000u, end = start + (uint64_t)atoi(argv[3]) * 1000000u;
  for (int i = 0; i < number; i++) {
    if (fork() == 0) {
      run(&clients[i], argv[1], start, end);
      _exit(0);
    }
  }
  int status, crashed = 0;
  while (wait(&status) > 0) crashed |= status != 0;
  if (crashed) return 70;
  double seconds = (double)(now() - start) / 1e9;

  size_t count = 0, settling = 0, failures = 0, next = 0;
  for (int i = 0; i < number; i++) {
    count += clients[i].count;
    settling += clients[i].settling;
    failures += clients[i].failures;
  }
  uint32_t *all = malloc((count + 1) * sizeof *all);
  for (int i = 0; i < number; i++) {
    memcpy(all + next, clients[i].latencies, clients[i].count * sizeof *all);
    next += clients[i].count;
  }
  print_figures(all, count, settling, failures, seconds);
  return 0;
}
