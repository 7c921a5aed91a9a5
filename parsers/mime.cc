// The only place (with mime_compose.cc) that knows mimetic: its entity model is filled by our own engine, through the
// extension point that MimeEntity::load offers, a parser template chosen by the type of the iterators. None of
// mimetic's tokenizers, typed accessors and codecs is ever called: they guess, copy, recurse on depth, and some write
// past their buffers on hostile input.
#include <mimetic/mimetic.h>

#include <iterator>
#include <memory>

#include "parsers/mime_engine.h"
#include "parsers/mime_tree.h"

// A named namespace: a specialisation of mimetic's template is made of these types, so they need a linkage.
namespace poller::mimetic_tree {

// Selects our parser.
struct MailIterator {
  using iterator_category = std::random_access_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  const char* at = nullptr;
};

struct LoadContext {
  const ParseLimits& limits;
  bool header_only;
  Defects& defects;
};

// An entity that keeps positions instead of copies of its body.
struct SpanEntity : mimetic::MimeEntity {
  EntityBody span;
  bool in_digest = false;
  const LoadContext* context = nullptr;  // of the root
};

// Builds mimetic's tree. Children belong to their parent, which deletes them.
class TreeSink : public EntitySink {
 public:
  explicit TreeSink(SpanEntity& root) : root_(root) {}

  void open(bool in_digest) override {
    SpanEntity* entity = &root_;
    if (!stack_.empty()) {
      auto child = std::make_unique<SpanEntity>();
      stack_.back()->body().parts().push_back(child.get());
      entity = child.release();
    }
    entity->in_digest = in_digest;
    stack_.push_back(entity);
  }

  void field(const Field& field) override {
    mimetic::Header& header = stack_.back()->header();
    header.emplace_back();
    header.back().name(field.name);
    header.back().value(field.value);
  }

  void close(const EntityBody& body) override {
    stack_.back()->span = body;
    stack_.pop_back();
  }

 private:
  SpanEntity& root_;
  std::vector<SpanEntity*> stack_;
};

MimeEntity plain_entity(const SpanEntity& entity, int parent, int depth) {
  MimeEntity out;
  out.parent = parent;
  out.depth = depth;
  out.in_digest = entity.in_digest;
  out.body = entity.span;
  out.fields.reserve(entity.header().size());
  for (const auto& field : entity.header()) {
    out.fields.push_back({std::string(field.name().data(), field.name().size()), field.value()});
  }
  return out;
}

std::vector<MimeEntity> plain_tree(const SpanEntity& root) {
  struct Pending {
    const SpanEntity* entity;
    int parent;
    int depth;
  };
  std::vector<MimeEntity> out;
  std::vector<Pending> pending{{&root, -1, 0}};
  while (!pending.empty()) {
    const Pending next = pending.back();
    pending.pop_back();
    const int index = static_cast<int>(out.size());
    out.push_back(plain_entity(*next.entity, next.parent, next.depth));
    const auto& parts = next.entity->body().parts();
    for (auto child = parts.rbegin(); child != parts.rend(); ++child) {
      pending.push_back({static_cast<const SpanEntity*>(*child), index, next.depth + 1});
    }
  }
  return out;
}

}  // namespace poller::mimetic_tree

namespace mimetic {

template <>
struct IteratorParser<poller::mimetic_tree::MailIterator, std::random_access_iterator_tag> {
  explicit IteratorParser(MimeEntity& entity) : root_(static_cast<poller::mimetic_tree::SpanEntity&>(entity)) {}
  void iMask(std::size_t /*mask*/) {}
  void run(poller::mimetic_tree::MailIterator begin, poller::mimetic_tree::MailIterator end) {
    const std::string_view raw(begin.at, static_cast<std::size_t>(end.at - begin.at));
    poller::mimetic_tree::TreeSink sink(root_);
    const poller::mimetic_tree::LoadContext& context = *root_.context;
    poller::run_mime_engine(raw, context.limits, context.header_only, sink, context.defects);
  }

 private:
  poller::mimetic_tree::SpanEntity& root_;
};

}  // namespace mimetic

namespace poller {

std::vector<MimeEntity> read_mime_tree(std::string_view raw, const ParseLimits& limits, bool header_only,
                                       Defects& defects) {
  const mimetic_tree::LoadContext context{limits, header_only, defects};
  mimetic_tree::SpanEntity root;
  root.context = &context;
  root.load(mimetic_tree::MailIterator{raw.data()}, mimetic_tree::MailIterator{raw.data() + raw.size()});
  return mimetic_tree::plain_tree(root);
}

}  // namespace poller
