#include "read_back.h"

#include <doctest/doctest.h>

#include "../support/process.h"

namespace poller::e2e {
namespace {

using nlohmann::json;

const char* const kPython = R"(
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
body = m.get_body(preferencelist=('plain',))
html = m.get_body(preferencelist=('html',))
print(json.dumps({
  'subject': m['Subject'], 'from': m['From'].addresses[0].addr_spec, 'from_name': m['From'].addresses[0].display_name,
  'to': [a.addr_spec for a in m['To'].addresses], 'message_id': str(m['Message-ID']).strip('<>'),
  'in_reply_to': str(m['In-Reply-To'] or '').strip('<>'), 'references': str(m['References'] or '').split(),
  'auto': str(m['Auto-Submitted'] or ''), 'suppress': str(m['X-Auto-Response-Suppress'] or ''),
  'topic': str(m['Thread-Topic'] or ''), 'index': str(m['Thread-Index'] or ''),
  'text': body.get_content(), 'html': html.get_content() if html else '',
  'pictures': [[str(p['Content-ID']).strip('<>'), p.get_content_type(), len(p.get_payload(decode=True))]
               for p in m.walk() if p.get_content_maintype() == 'image'], 'defects': [str(d) for p in m.walk() for d in p.defects],
  'files': [[a.get_filename(), a.get_content_type(), len(a.get_payload(decode=True))] for a in m.iter_attachments()]}))
)";

const char* const kGmime = R"(
import gi, json, sys
gi.require_version('GMime', '3.0')
from gi.repository import GMime
GMime.init()
data = sys.stdin.buffer.read()
stream = GMime.StreamMem.new_with_buffer(data)
message = GMime.Parser.new_with_stream(stream).construct_message(None)
def addresses(found):
    return [found.get_address(i).get_addr() for i in range(found.length())]
def content(part):
    out = GMime.StreamMem.new()
    part.get_content().write_to_stream(out)
    return out.get_byte_array()
text, html, files, pictures = '', '', [], []
parts = GMime.PartIter.new(message)
more = True
while more:
    part = parts.get_current()
    if isinstance(part, GMime.Part):
        kind = part.get_content_type().get_mime_type()
        if isinstance(part, GMime.TextPart) and not part.is_attachment():
            if kind == 'text/html': html += part.get_text()
            else: text += part.get_text()
        elif kind.startswith('image/') and part.get_content_id(): pictures.append([part.get_content_id(), kind, len(content(part))])
        else: files.append([part.get_filename(), kind, len(content(part))])
    more = parts.next()
print(json.dumps({'subject': message.get_subject(), 'from': addresses(message.get_from())[0],
  'from_name': message.get_from().get_address(0).get_name(),
  'to': addresses(message.get_to()), 'message_id': message.get_message_id(),
  'in_reply_to': (message.get_header('In-Reply-To') or '').strip('<>'), 'references': (message.get_header('References') or '').split(),
  'auto': message.get_header('Auto-Submitted') or '', 'text': text, 'html': html, 'pictures': pictures, 'files': files}))
)";

json read_by(const std::string& python, const char* script, const std::string& mail) {
  support::RunOptions options;
  options.input = mail;
  const auto result = support::run_program({python, "-c", script}, options);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  return json::parse(result.out);
}

std::string with_bare_ends(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != '\r') out += c;
  }
  return out;
}

}  // namespace

json read_back(const std::string& mail) {
  json out = read_by("python3", kPython, mail);
  // Debian's module is Debian's Python's.
  const json other = read_by("/usr/bin/python3", kGmime, mail);
  for (const auto& [key, value] : other.items()) {
    INFO(key);
    if (key == "text" || key == "html") {
      CHECK(with_bare_ends(value) == with_bare_ends(out[key]));
    } else {
      CHECK(value == out[key]);
    }
  }
  return out;
}

}  // namespace poller::e2e
