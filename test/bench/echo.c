/*
 * The limit of the machine: an epoll server that answers every request with the same bytes and does nothing else.
 *
 *   echo SOCKET ANSWER-FILE
 *
 * One thread, level-triggered, no timers, no parsing beyond the blank line that ends a request without a body. What a server
 * needs on top of this is its own work; what it cannot get below is this.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char answer[65536];
static size_t answer_length;

static void watch(int epoll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) close(fd);
}

/*
 * The load client sends a request in one piece, so that one read holds whole requests. Answers 0 when the connection is over: the
 * client has gone, or it has asked for the end as a one-shot caller does, which every HTTP server owes it.
 */
static int serve(int fd) {
  char request[4096];
  ssize_t length = read(fd, request, sizeof request);
  if (length <= 0) return 0;
  for (char *rest = request; (rest = memmem(rest, (size_t)(request + length - rest), "\r\n\r\n", 4)) != NULL; rest += 4) {
    if (send(fd, answer, answer_length, MSG_NOSIGNAL) != (ssize_t)answer_length) return 0;
  }
  return memmem(request, (size_t)length, "Connection: close", 17) == NULL;
}

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 3 || strlen(argv[1]) >= sizeof address.sun_path) {
    fprintf(stderr, "usage: echo SOCKET ANSWER-FILE\n");
    return 64;
  }
  FILE *file = fopen(argv[2], "rb");
  if (file == NULL) return 66;
  answer_length = fread(answer, 1, sizeof answer, file);
  fclose(file);

  strcpy(address.sun_path, argv[1]);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 511) != 0) {
    perror(argv[1]);
    return 71;
  }
  int epoll = epoll_create1(0);
  watch(epoll, listener);
  for (;;) {
    struct epoll_event events[256];
    int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        for (int accepted; (accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) watch(epoll, accepted);
      } else if (!serve(fd)) {
        close(fd);
      }
    }
  }
}
