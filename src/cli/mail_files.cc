#include "cli/mail_files.h"

#include "base/log.h"
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
          log::say(LogLevel::error, "poller: " + text::escape_controls(input.file) + ": this is no mail");
          code = worse(code, ExitCode::no_mail);
        }
        visit(input, is_mail);
        return true;
      },
      [&](const InputProblem& problem) {
        log::say(LogLevel::error, "poller: " + text::escape_controls(problem.text));
        code = worse(code, ExitCode::no_input);
      });
  return code;
}

}  // namespace poller::cli
