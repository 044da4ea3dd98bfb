/*
 * Many callers at the same moment, each with one question.
 *
 *   burst SOCKET CALLERS REQUEST-FILE http|close|length EXPECTED patient|impatient SECONDS
 *
 * One thread opens every connection and sends its question before it reads the first answer. An impatient caller does not wait for
 * a place in the queue of the server, as no program with an event loop does: its connect fails when that queue is full. It prints
 * one line of JSON: refused (no connection), failed (no good answer within SECONDS), answered, and the milliseconds from the first
 * connection to the last answer. With a patient caller that is the time 100 programs wait for one refresh.
 */
#define _GNU_SOURCE
#include "answers.h"
#include <fcntl.h>
#include <poll.h>

struct caller {
  char *answer;
  long got;
};

static struct pollfd *polls;
static struct caller *callers;
static int open_calls, answered, failed;

static void finish(int i, int good) {
  if (good) answered++;
  else failed++;
  close(polls[i].fd);
  polls[i].fd = -1;
  open_calls--;
}

static void take(int i) {
  struct caller *self = &callers[i];
  ssize_t part = read(polls[i].fd, self->answer + self->got, (size_t)(LARGEST_ANSWER - self->got));
  if (part < 0) return finish(i, 0);
  self->got += part;
  self->answer[self->got] = '\0';
  int verdict = judge(self->answer, self->got, part == 0);
  if (verdict != 0) finish(i, verdict == 1);
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 8 || strlen(argv[1]) >= sizeof address.sun_path || read_request(argv[3]) != 0) {
    fprintf(stderr, "usage: burst SOCKET CALLERS REQUEST-FILE http|close|length EXPECTED patient|impatient SECONDS\n");
    return 64;
  }
  strcpy(address.sun_path, argv[1]);
  int number = atoi(argv[2]), refused = 0;
  framing = argv[4];
  expected_text = argv[5];
  int flags = SOCK_STREAM | SOCK_CLOEXEC | (strcmp(argv[6], "impatient") == 0 ? SOCK_NONBLOCK : 0);
  polls = calloc((size_t)number, sizeof *polls);
  callers = calloc((size_t)number, sizeof *callers);
  for (int i = 0; i < number; i++) callers[i].answer = malloc(LARGEST_ANSWER + 1);

  uint64_t start = now(), deadline = start + (uint64_t)atoi(argv[7]) * 1000000000u;
  for (int i = 0; i < number; i++) {
    int fd = socket(AF_UNIX, flags, 0);
    polls[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
      refused++;
      if (fd >= 0) close(fd);
      continue;
    }
    polls[i].fd = fd;
    open_calls++;
    if (send(fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) finish(i, 0);
  }
  while (open_calls > 0 && now() < deadline) {
    if (poll(polls, (nfds_t)number, 200) <= 0) continue;
    for (int i = 0; i < number; i++) {
      if (polls[i].fd >= 0 && polls[i].revents != 0) take(i);
    }
  }
  printf("{\"refused\":%d,\"failed\":%d,\"answered\":%d,\"milliseconds\":%.2f}\n", refused, failed + open_calls, answered,
         (double)(now() - start) / 1e6);
  return 0;
}
