#include "cli/mail_files.h"

#include <cstdio>

#include "base/text.h"
#include "parsers/mime.h"

namespace poller::cli {

ExitCode for_each_mail_file(const std::vector<std::string>& paths,
                            const std::function<void(const InputMail& mail, bool is_mail)>& visit) {
  ExitCode code = ExitCode::ok;
  read_inputs(
      paths, {},
      [&](InputMail&& input) {
        const bool is_mail = looks_like_mail(input.bytes);
        if (!is_mail) {
          std::fprintf(stderr, "poller: %s: this is no mail\n", text::escape_controls(input.file).c_str());
          code = worse(code, ExitCode::no_mail);
        }
        visit(input, is_mail);
        return true;
      },
      [&](const InputProblem& problem) {
        std::fprintf(stderr, "poller: %s\n", text::escape_controls(problem.text).c_str());
        code = worse(code, ExitCode::no_input);
      });
  return code;
}

}  // namespace poller::cli
