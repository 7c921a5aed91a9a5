#include "intake/replay.h"

#include "base/log.h"
#include "intake/inputs.h"
#include "intake/pipeline.h"
#include "parsers/mime.h"

namespace poller {

ReplayResult replay(Store& store, const config::Config& config, const config::Mailbox& mailbox,
                    const std::vector<std::string>& paths, const Clock& clock, const PassOptions& options) {
  ReplayResult result;
  const auto started = clock.steady();
  Committer committer(store, config, mailbox, clock,
                      {options.dry_run, false, false, std::nullopt, options.after, options.rules});
  ExitCode bad_input = ExitCode::ok;  // written by the reading thread, read after it has ended

  const auto read = [&](const MailSink& sink, const std::stop_token&) {
    InputOptions input;
    input.sniff_mbox = true;
    read_inputs(
        paths, input,
        [&](InputMail&& mail) {
          if (options.stop.stop_requested()) return false;
          if (!looks_like_mail(mail.bytes)) {
            log::error("this is no mail: skipped", {{"file", mail.file}});
            bad_input = worse(bad_input, ExitCode::no_mail);
            return true;
          }
          RawMail raw;
          raw.source.mailbox = mailbox.name;
          raw.source.folder = "replay";
          raw.file = mail.file;
          raw.bytes = std::move(mail.bytes);
          return sink(std::move(raw));
        },
        [&](const InputProblem& problem) {
          log::error("input skipped", {{"file", problem.file}, {"error", problem.text}});
          bad_input = worse(bad_input, ExitCode::no_input);
        });
  };
  const ProcessOptions process{mailbox.max_size, clock.unix_now(), std::nullopt};
  run_pipeline(
      read,
      [&](RawMail&& raw) {
        Processed done = process_mail(std::move(raw), process);
        done.raw.source.uidl = done.mail.sha256;
        return done;
      },
      [&](std::vector<Processed>&& group) {
        for (const auto& event : committer.commit(std::move(group))) {
          result.summary.add(event);
          if (options.on_mail) options.on_mail(event);
        }
        if (options.on_progress) options.on_progress({result.summary.mails, 0, result.summary.bytes});
      });
  result.code = bad_input;
  result.summary.seconds = std::chrono::duration<double>(clock.steady() - started).count();
  return result;
}

}  // namespace poller
