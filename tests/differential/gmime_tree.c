/* Prints the part trees of mails as GMime reads them, in the format of part_tree.cc. */
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

static void print_part(const char *path, int depth, GMimeObject *object);

static void one_line(char *s) {
  for (; s && *s; ++s)
    if (*s == '\t' || *s == '\n' || *s == '\r') *s = ' ';
}

static void print_line(const char *path, int depth, GMimeObject *object, const char *hash) {
  GMimeContentType *type = g_mime_object_get_content_type(object);
  char *mime = g_ascii_strdown(type ? g_mime_content_type_get_media_type(type) : "text", -1);
  char *subtype = g_ascii_strdown(type ? g_mime_content_type_get_media_subtype(type) : "plain", -1);
  const char *name = GMIME_IS_PART(object) ? g_mime_part_get_filename((GMimePart *)object)
                                           : g_mime_object_get_content_disposition_parameter(object, "filename");
  char *shown = g_strdup(name ? name : "");
  one_line(shown);
  printf("P\t%s\t%d\t%s/%s\t%s\t%s\n", path, depth, mime, subtype, shown, hash);
  g_free(shown);
  g_free(mime);
  g_free(subtype);
}

static void print_leaf(const char *path, int depth, GMimeObject *object) {
  GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *)object);
  GMimeStream *memory = g_mime_stream_mem_new();
  if (content) g_mime_data_wrapper_write_to_stream(content, memory);
  GByteArray *bytes = g_mime_stream_mem_get_byte_array((GMimeStreamMem *)memory);
  char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data, bytes->len);
  print_line(path, depth, object, hash);
  g_free(hash);
  g_object_unref(memory);
}

static void print_part(const char *path, int depth, GMimeObject *object) {
  if (GMIME_IS_MULTIPART(object)) {
    print_line(path, depth, object, "-");
    int count = g_mime_multipart_get_count((GMimeMultipart *)object);
    for (int i = 0; i < count; ++i) print_part(path, depth + 1, g_mime_multipart_get_part((GMimeMultipart *)object, i));
  } else if (GMIME_IS_PART(object) && !GMIME_IS_MESSAGE_PARTIAL(object)) {
    print_leaf(path, depth, object);
  } else {
    print_line(path, depth, object, "-");
  }
}

int main(int argc, char **argv) {
  g_mime_init();
  for (int i = 1; i < argc; ++i) {
    GMimeStream *stream = g_mime_stream_file_open(argv[i], "rb", NULL);
    if (!stream) continue;
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    GMimeObject *root = message ? g_mime_message_get_mime_part(message) : NULL;
    if (root) print_part(argv[i], 0, root);
    if (message) g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
  }
  g_mime_shutdown();
  return 0;
}
