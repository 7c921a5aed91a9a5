#include "lib/zstd/zstd.h"

#include <zstd.h>

#include <memory>

namespace poller::zstd {
namespace {

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

// Its tables are costly to allocate for each mail.
ZSTD_CCtx* compress_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  return context.get();
}

}  // namespace

std::optional<std::string> compress(std::string_view bytes, int level, std::size_t room) {
  ZSTD_CCtx* context = compress_context();
  if (context == nullptr || room == 0) return std::nullopt;
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string out(room - 1, '\0');
  const std::size_t n = ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(n) != 0) return std::nullopt;  // no other error than "does not fit" can happen to a whole buffer
  out.resize(n);
  return out;
}

std::optional<std::string> decompress(std::string_view packed, std::uint64_t size) {
  if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != size) return std::nullopt;
  std::string out(size, '\0');
  const std::size_t n = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  if (ZSTD_isError(n) != 0 || n != size) return std::nullopt;
  return out;
}

}  // namespace poller::zstd
