// Which steps are possible.
#include "steps.h"

namespace anon::model {
namespace {

using Kind = Step::Kind;

// A is who comes first; the other way round is the same with the names changed.
void ForCustomers(const World& world, const Step& step, std::vector<Step>* out) {
  for (uint16_t customer = 1; customer <= (world.known ? 2 : 1); ++customer) {
    out->push_back({step.kind, step.tab, customer});
  }
}

void PossibleOnPage(const Stage& stage, const World& world, uint8_t tab, std::vector<Step>* out) {
  const Past& past = stage.browser[world.browser].past;
  const bool visits = past.visits.size() < stage.bounds.visits;
  const bool associations = past.made.size() < stage.bounds.associations;
  if (past.started.size() < stage.bounds.services) out->push_back({Kind::kStart, tab, 0});
  for (uint16_t i = 0; i < past.started.size() && past.edits < stage.bounds.edits; ++i) {
    out->push_back({Kind::kEdit, tab, i});
  }
  if (associations) ForCustomers(world, {Kind::kAssociate, tab, 0}, out);
  if (associations && stage.bounds.ids && !past.started.empty()) {
    ForCustomers(world, {Kind::kAssociateIds, tab, 0}, out);
  }
  if (visits || past.current() == Customer::kNone) ForCustomers(world, {Kind::kSignIn, tab, 0}, out);
  if (visits) out->push_back({Kind::kSignOut, tab, 0});
  if (visits && stage.bounds.reset) out->push_back({Kind::kReset, tab, 0});
  for (uint16_t i = 0; i < past.made.size(); ++i) {
    // An undo needs no room in the bounds if nothing goes out for it.
    const auto found = stage.browser[world.browser].facts.associations.find(past.made[i].id);
    if (found == stage.browser[world.browser].facts.associations.end()) continue;
    if (associations || found->second.phase == "pending") out->push_back({Kind::kUndo, tab, i});
    if (found->second.phase == "rejected") out->push_back({Kind::kRetry, tab, i});
  }
  if (past.pieces < stage.bounds.pieces) out->push_back({Kind::kCompact, tab, 0});
}

void PossibleInTab(const Stage& stage, const World& world, uint8_t number, std::vector<Step>* out) {
  const Tab& tab = world.tabs[number];
  // Without memory of their own, it makes no difference which tab's page it is.
  if (number == 0 || stage.bounds.behind) PossibleOnPage(stage, world, number, out);
  if (stage.bounds.plans && tab.plan == 0) ForCustomers(world, {Kind::kPlan, number, 0}, out);
  const size_t made = stage.browser[world.browser].past.made.size();
  if (tab.plan != 0 && made < stage.bounds.associations) out->push_back({Kind::kAssociatePlanned, number, 0});
  if (stage.bounds.behind && tab.seen != world.browser) out->push_back({Kind::kRefresh, number, 0});
  if (tab.pc != Pc::kIdle || tab.plan != 0) {
    out->push_back({Kind::kTabCrash, number, 0});
  }
  switch (tab.pc) {
    case Pc::kIdle:
      if (made > 0) out->push_back({Kind::kFetch, number, 0});
      break;
    case Pc::kFetched:
      out->push_back({stage.bug == Bug::kPostsBeforeSent ? Kind::kPost : Kind::kMark, number, 0});
      break;
    case Pc::kMarked:
      out->push_back({Kind::kPost, number, 0});
      break;
    case Pc::kWaiting:
      out->push_back({Kind::kGiveUp, number, 0});
      if (stage.bounds.farewells && world.cookie != Customer::kNone) {
        out->push_back({Kind::kFarewell, number, 0});
      }
      break;
    case Pc::kAnswered:
      out->push_back({Kind::kRecord, number, 0});
      break;
  }
}

bool IsLarge(const Stage& stage, uint32_t posting) {
  const std::string& text = stage.texts[stage.server.posting(posting).envelope];
  return text.find("\"Mark\"") != text.rfind("\"Mark\"");
}

void PossibleOnTheWay(const Stage& stage, const World& world, std::vector<Step>* out) {
  for (size_t i = 0; i < stage.bounds.postings && world.postings[i] != 0; ++i) {
    if (i > 0 && world.postings[i] == world.postings[i - 1]) continue;
    const auto posting = static_cast<uint16_t>(world.postings[i] - 1);
    out->push_back({Kind::kDeliver, 0, posting});
    out->push_back({Kind::kDrop, 0, posting});
    if (HasRoom(stage, world)) out->push_back({Kind::kDuplicate, 0, posting});
    if (stage.bounds.too_large && IsLarge(stage, posting)) out->push_back({Kind::kTooLarge, 0, posting});
    if (stage.bounds.refusals) out->push_back({Kind::kRefuse, 0, posting});
  }
}

}  // namespace

void Possible(Stage* stage, const World& world, std::vector<Step>* out) {
  out->clear();
  for (uint8_t tab = 0; tab < stage->bounds.tabs; ++tab) PossibleInTab(*stage, world, tab, out);
  PossibleOnTheWay(*stage, world, out);
  for (uint16_t customer = 0; customer <= (world.known ? 2 : 1); ++customer) {
    if (customer != static_cast<uint16_t>(world.cookie)) out->push_back({Kind::kCookie, 0, customer});
  }
  if (stage->bounds.agents && stage->server[world.serving].moved.empty()) {
    for (uint16_t i = 0; i < stage->browser[world.browser].past.started.size(); ++i) {
      out->push_back({Kind::kAgent, 0, i});
    }
  }
  if (world.server != world.serving) {
    out->push_back({Kind::kServerStore, 0, 0});
    out->push_back({Kind::kServerCrash, 0, 0});
  }
  if (stage->bounds.time && !world.later) out->push_back({Kind::kLater, 0, 0});
}

}  // namespace anon::model
