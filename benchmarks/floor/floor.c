// The floor of an installation: the same mkdir and link calls, and nothing else.
// floor LIST TARGET THREADS: LIST has lines "D <relative folder>" (parents first) and "L <source>\t<relative path>".
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct link { char *source; char *target; };
static struct link *links;
static size_t link_count;
static int threads;

static void die(const char *what, const char *path) {
  fprintf(stderr, "%s %s: %s\n", what, path, strerror(errno));
  exit(1);
}

static void *place(void *argument) {
  size_t part = (size_t)argument;
  // Neighbours in the list share folders: each thread takes one run of it.
  size_t from = link_count * part / threads, to = link_count * (part + 1) / threads;
  for (size_t i = from; i < to; i++)
    if (link(links[i].source, links[i].target) != 0) die("link", links[i].target);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  FILE *list = fopen(argv[1], "r");
  if (list == NULL) die("open", argv[1]);
  threads = atoi(argv[3]);
  if (chdir(argv[2]) != 0) die("chdir", argv[2]);
  size_t capacity = 1 << 16;
  links = malloc(capacity * sizeof *links);
  char *line = NULL;
  size_t size = 0;
  ssize_t length;
  while ((length = getline(&line, &size, list)) > 0) {
    line[length - 1] = 0;
    if (line[0] == 'D') {
      if (mkdir(line + 2, 0777) != 0) die("mkdir", line + 2);
      continue;
    }
    char *tab = strchr(line, '\t');
    *tab = 0;
    if (link_count == capacity) links = realloc(links, (capacity *= 2) * sizeof *links);
    links[link_count].source = strdup(line + 2);
    links[link_count++].target = strdup(tab + 1);
  }
  pthread_t *running = malloc(threads * sizeof *running);
  for (long i = 0; i < threads; i++) pthread_create(&running[i], NULL, place, (void *)i);
  for (int i = 0; i < threads; i++) pthread_join(running[i], NULL);
  return 0;
}
