// Steps in words, for traces that people read.
#include <algorithm>

#include "steps.h"

namespace anon::model {
namespace {

using Kind = Step::Kind;

std::string Whose(uint32_t customer) {
  const std::string_view id = IdOf(static_cast<Customer>(customer));
  return id.empty() ? "nobody" : std::string(id);
}

// Associations are numbered in the order they were made in; a part keeps its number behind a point.
std::string Short(const Stage& stage, const World& world, const std::string& id) {
  const auto& made = stage.browser[world.browser].past.made;
  const std::string whole = id.substr(0, id.find('.'));
  const auto found = std::find_if(made.begin(), made.end(), [&](const auto& one) { return one.id == whole; });
  if (found == made.end()) return "association ?";
  std::string text = "association " + std::to_string(found - made.begin() + 1) + id.substr(whole.size());
  if (!found->undoes.empty()) text += " (undoes " + Short(stage, world, found->undoes) + ")";
  return text;
}

std::string Told(const Stage& stage, const World& world, const Step& step) {
  const auto made = [&](size_t i) {
    return Short(stage, world, stage.browser[world.browser].past.made[i].id);
  };
  const auto sent = [&] { return Short(stage, world, stage.texts[world.tabs[step.tab].association]); };
  const auto posting = [&] {
    const Posting& one = stage.server.posting(step.of);
    return Short(stage, world, stage.texts[one.association]) + " with the credentials of " +
           Whose(static_cast<uint32_t>(one.credentials));
  };
  switch (step.kind) {
    case Kind::kStart:
      return "starts service " + std::to_string(stage.browser[world.browser].past.started.size() + 1);
    case Kind::kEdit:
      return "edits service " + std::to_string(step.of + 1);
    case Kind::kAssociate:
      return "associates this visit with " + Whose(step.of);
    case Kind::kAssociateIds:
      return "associates all services, by id, with " + Whose(step.of);
    case Kind::kPlan:
      return "plans for " + Whose(step.of) + " by the contact key";
    case Kind::kAssociatePlanned:
      return "associates what it has planned";
    case Kind::kUndo:
      return "undoes " + made(step.of);
    case Kind::kRetry:
      return "retries " + made(step.of);
    case Kind::kSignIn:
      return "signs " + Whose(step.of) + " in";
    case Kind::kSignOut:
      return "signs out";
    case Kind::kReset:
      return "resets the browser";
    case Kind::kCompact:
      return "writes a checkpoint";
    case Kind::kTabCrash:
      return "crashes and is opened again";
    case Kind::kRefresh:
      return "reads what is new";
    case Kind::kFetch:
      return "fetches from the outbox";
    case Kind::kMark:
      return "marks " + sent() + " as sent";
    case Kind::kPost:
      return "posts " + sent() + ", the credentials being those of " +
             Whose(static_cast<uint32_t>(world.cookie));
    case Kind::kRecord:
      return "records the answer to " + sent();
    case Kind::kGiveUp:
      return "waits no longer for the answer to " + sent();
    case Kind::kFarewell:
      return "goes away, sends " + sent() + " in slices, and is opened again";
    case Kind::kDeliver:
      return "the server gets " + posting();
    case Kind::kDuplicate:
      return "the network doubles " + posting();
    case Kind::kDrop:
      return "the network loses " + posting();
    case Kind::kTooLarge:
      return "a proxy refuses, as too large, " + posting();
    case Kind::kRefuse:
      return "the server refuses " + posting();
    case Kind::kAgent:
      return "an agent at the server moves service " + std::to_string(step.of + 1) + " to B";
    case Kind::kCookie:
      return "the browser's credentials are now those of " + Whose(step.of);
    case Kind::kServerStore:
      return "the server stores";
    case Kind::kServerCrash:
      return "the server crashes and starts again";
    case Kind::kLater:
      return "the undo window passes";
  }
  return {};
}

}  // namespace

std::string Readable(const Stage& stage, const World& world, std::string text) {
  const Past& past = stage.browser[world.browser].past;
  const auto replace = [&text](const std::string& id, size_t number) {
    for (size_t at; (at = text.find(id)) != std::string::npos;) {
      text.replace(at, id.size(), std::to_string(number));
    }
  };
  for (size_t i = 0; i < past.started.size(); ++i) replace(past.started[i].id, i + 1);
  for (size_t i = 0; i < past.made.size(); ++i) replace(past.made[i].id, i + 1);
  return text;
}

std::string Tell(const Stage& stage, const World& world, const Step& step) {
  const bool in_tab = step.kind <= Kind::kFarewell;
  return (in_tab ? "tab " + std::to_string(step.tab + 1) + ' ' : "") + Told(stage, world, step);
}

}  // namespace anon::model
