/* The physical limit: one C process that reads a pty, or echoes one character through it. Compiled with the system's cc.
 *   ptyAnchor read BYTES COMMAND   starts `sh -c COMMAND` on a pty, sends a newline when it printed "ready", reads until
 *                                  BYTES arrived after that; prints seconds and CPU seconds of this process
 *   ptyAnchor pour BYTES_PER_SECOND  no pty: writes lines to its output for ever, at that rate in steps of 10 ms; 0: no limit
 *   ptyAnchor echo COUNT GAP_US    `stty raw -echo; exec cat`; COUNT characters one by one; prints each round trip in us
 */
#define _GNU_SOURCE
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static pid_t start(const char *command, int *master) {
  struct winsize size = {40, 120, 0, 0};
  pid_t pid = forkpty(master, NULL, NULL, &size);
  if (pid < 0) {
    perror("forkpty");
    exit(1);
  }
  if (pid == 0) {
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  return pid;
}

static void waitReady(int master) {
  char seen[256];
  size_t length = 0;
  while (length < sizeof seen - 1) {
    ssize_t n = read(master, seen + length, sizeof seen - 1 - length);
    if (n <= 0) exit(1);
    length += (size_t)n;
    seen[length] = 0;
    if (strstr(seen, "ready")) return;
  }
  exit(1);
}

static int readAll(long long wanted, const char *command) {
  int master;
  pid_t pid = start(command, &master);
  waitReady(master);
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  double begin = now();
  if (write(master, "\n", 1) != 1) return 1;
  long long got = 0;
  while (got < wanted) {
    ssize_t n = read(master, buffer, sizeof buffer);
    if (n <= 0) break;
    got += n;
  }
  double seconds = now() - begin;
  getrusage(RUSAGE_SELF, &after);
  double cpu = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) + (after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6 +
               (after.ru_stime.tv_sec - before.ru_stime.tv_sec) + (after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  if (got < wanted) {
    fprintf(stderr, "only %lld of %lld bytes\n", got, wanted);
    return 1;
  }
  printf("{\"seconds\":%.6f,\"cpu\":%.6f,\"bytes\":%lld}\n", seconds, cpu, got);
  return 0;
}

static int echo(int count, int gapUs) {
  int master;
  pid_t pid = start("stty raw -echo; printf ready; exec cat", &master);
  waitReady(master);
  printf("[");
  for (int i = 0; i < count; i++) {
    usleep((useconds_t)gapUs);
    double begin = now();
    if (write(master, "x", 1) != 1 || read(master, buffer, sizeof buffer) != 1) return 1;
    printf("%s%.1f", i ? "," : "", (now() - begin) * 1e6);
  }
  printf("]\n");
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  return 0;
}

static int pour(long bytesPerSecond) {
  char line[101];
  memset(line, 'x', sizeof line - 1);
  line[sizeof line - 1] = '\n';
  long step = bytesPerSecond / 100;
  for (;;) {
    for (long written = 0; bytesPerSecond == 0 || written < step; written += (long)sizeof line)
      if (write(1, line, sizeof line) < 0) return 1;
    usleep(10000);
  }
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "read") == 0) return readAll(atoll(argv[2]), argv[3]);
  if (argc == 4 && strcmp(argv[1], "echo") == 0) return echo(atoi(argv[2]), atoi(argv[3]));
  if (argc == 3 && strcmp(argv[1], "pour") == 0) return pour(atol(argv[2]));
  fprintf(stderr, "usage: ptyAnchor read BYTES COMMAND | pour BYTES_PER_SECOND | echo COUNT GAP_US\n");
  return 2;
}
