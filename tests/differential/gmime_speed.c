/* How fast GMime parses mails and decodes all of their parts, beside bench_parse: gmime_speed FILE... */
#include <gmime/gmime.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static size_t decode_all(GMimeObject *object) {
  if (GMIME_IS_MULTIPART(object)) {
    size_t all = 0;
    int count = g_mime_multipart_get_count((GMimeMultipart *)object);
    for (int i = 0; i < count; ++i) all += decode_all(g_mime_multipart_get_part((GMimeMultipart *)object, i));
    return all;
  }
  if (!GMIME_IS_PART(object)) return 0;
  GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *)object);
  GMimeStream *memory = g_mime_stream_mem_new();
  if (content) g_mime_data_wrapper_write_to_stream(content, memory);
  size_t length = (size_t)g_mime_stream_length(memory);
  g_object_unref(memory);
  return length;
}

static double once(const char *bytes, size_t length) {
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  g_mime_parser_set_persist_stream(parser, TRUE); /* parts stay references into the mail: its faster way */
  GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
  if (message && g_mime_message_get_mime_part(message)) decode_all(g_mime_message_get_mime_part(message));
  if (message) g_object_unref(message);
  g_object_unref(parser);
  g_object_unref(stream);
  clock_gettime(CLOCK_MONOTONIC, &end);
  return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

int main(int argc, char **argv) {
  g_mime_init();
  for (int i = 1; i < argc; ++i) {
    char *bytes = NULL;
    gsize length = 0;
    if (!g_file_get_contents(argv[i], &bytes, &length, NULL)) continue;
    double best = 1e9;
    size_t rounds = 200000000 / (length + 1);
    if (rounds < 5) rounds = 5;
    if (rounds > 2000) rounds = 2000;
    for (size_t k = 0; k < rounds; ++k) {
      double took = once(bytes, length);
      if (took < best) best = took;
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("GMime                    %10zu bytes  %9.3f ms  %8.0f MB/s  peak %ld KB\n", (size_t)length, best * 1e3,
           (double)length / best / 1e6, usage.ru_maxrss);
    g_free(bytes);
  }
  return 0;
}
