#include "steps.h"

#include <algorithm>
#include <utility>

#include "association/association.h"
#include "invariants.h"
#include "model/json.h"

namespace anon::model {
namespace {

using Kind = Step::Kind;

Ask AskOf(Kind kind) {
  switch (kind) {
    case Kind::kStart:
      return Ask::kStart;
    case Kind::kEdit:
      return Ask::kEdit;
    case Kind::kAssociate:
      return Ask::kAssociate;
    case Kind::kAssociateIds:
      return Ask::kAssociateIds;
    case Kind::kPlan:
      return Ask::kPlan;
    case Kind::kAssociatePlanned:
      return Ask::kAssociateAs;
    case Kind::kUndo:
      return Ask::kUndo;
    case Kind::kRetry:
      return Ask::kRetry;
    case Kind::kSignIn:
      return Ask::kSignIn;
    case Kind::kSignOut:
      return Ask::kSignOut;
    case Kind::kReset:
      return Ask::kReset;
    default:
      return Ask::kPiece;
  }
}

// Runs an operation as a tab does: it takes in first what other tabs have stored.
Outcome Do(Stage* stage, World* world, Tab* tab, Ask ask, uint32_t argument) {
  Outcome outcome;
  if (stage->bug == Bug::kStoresBlindly && ask != Ask::kPiece) {
    outcome = stage->browser.DoBlindly(&tab->seen, world->browser, ask, argument, world->later);
  } else {
    outcome = stage->browser.Do(world->browser, ask, argument, world->later);
    tab->seen = outcome.next;
  }
  world->browser = outcome.next;
  return outcome;
}

void Stop(Tab* tab) {
  tab->pc = Pc::kIdle;
  tab->association = 0;
  tab->envelope = 0;
  tab->answer = 0;
}

bool HasRoom(const Stage& stage, const World& world) {
  return world.postings[stage.bounds.postings - 1] == 0;
}

void Remove(World* world, uint32_t posting) {
  *std::find(world->postings.begin(), world->postings.end(), posting + 1) = 0;
  Sort(world);
}

void Add(World* world, uint32_t posting) {
  world->postings[kMostPostings - 1] = posting + 1;
  Sort(world);
}

uint32_t Fetch(Stage* stage, World* world, Tab* tab) {
  const Outcome next = Do(stage, world, tab, Ask::kOutbox, 0);
  if (next.status != 200) return next.problem;
  tab->pc = Pc::kFetched;
  tab->association = next.association;
  tab->envelope = next.text;
  return next.problem;
}

uint32_t Mark(Stage* stage, World* world, Tab* tab) {
  const Outcome receipt = Do(stage, world, tab, Ask::kMarkSent, tab->association);
  const bool sent = receipt.status == 200 && Field(stage->texts[receipt.text], "state") == "sent";
  sent ? void(tab->pc = Pc::kMarked) : Stop(tab);
  return receipt.problem;
}

uint32_t Post(Stage* stage, World* world, Tab* tab) {
  if (world->cookie == Customer::kNone) {
    Stop(tab);
    return 0;
  }
  uint32_t envelope = tab->envelope;
  if (stage->bug == Bug::kIgnoresVisits) {
    Envelope edited;
    (void)ReadEnvelope(stage->texts[envelope], &edited);
    edited.customer = IdOf(world->cookie);
    envelope = stage->texts.Number(EnvelopeText(edited));
  }
  const uint32_t posting = stage->server.Number({tab->association, envelope, world->cookie});
  if (HasRoom(*stage, *world)) Add(world, posting);  // else it is lost at once
  tab->pc = Pc::kWaiting;
  tab->envelope = posting;
  return 0;
}

void Answer(World* world, uint32_t posting, uint32_t answer) {
  for (Tab& tab : world->tabs) {
    if (tab.pc != Pc::kWaiting || tab.envelope != posting) continue;
    tab.pc = Pc::kAnswered;
    tab.envelope = 0;
    tab.answer = answer;
    return;
  }
}

uint32_t Deliver(Stage* stage, World* world, uint32_t posting) {
  const Outcome outcome = stage->server.Deliver(world->serving, posting, world->later);
  world->serving = outcome.next;
  if (stage->bug != Bug::kAnswersFirst) world->server = outcome.next;
  Remove(world, posting);
  Answer(world, posting, outcome.text);
  return outcome.problem;
}

// The page goes away while it waits: small copies of what it had posted may still come through. Nobody hears
// the answers.
uint32_t Farewell(Stage* stage, World* world, Tab* tab) {
  const Outcome slices = Do(stage, world, tab, Ask::kSlices, tab->association);
  if (slices.status == 200) {
    for (const std::string_view slice : Elements(stage->texts[slices.text])) {
      Posting posting{0, 0, world->cookie};
      for (const Member& member : Members(slice)) {
        const uint32_t text = stage->texts.Number(AsString(member.value).value_or(""));
        (member.name == "body" ? posting.envelope : posting.association) = text;
      }
      if (HasRoom(*stage, *world)) Add(world, stage->server.Number(posting));
    }
  }
  *tab = Tab();
  tab->seen = world->browser;
  return slices.problem;
}

uint32_t Record(Stage* stage, World* world, Tab* tab) {
  const std::string& answer = stage->texts[tab->answer];
  const std::string status = answer.substr(0, 3);
  const std::string code = Field(answer, "code");
  const uint32_t association = tab->association;
  const std::string rejection = stage->texts[association] + ' ' + answer;
  const uint32_t number = tab->answer;
  Stop(tab);
  if (status == "200") return Do(stage, world, tab, Ask::kReceipt, number).problem;
  if (code == "customer_mismatch") return 0;
  if (status == "413") {
    const Outcome split = Do(stage, world, tab, Ask::kSplit, association);
    if (split.status < 300 || split.status == 400 || split.status == 409) return split.problem;
  }
  return Do(stage, world, tab, Ask::kRejected, stage->texts.Number(rejection)).problem;
}

uint32_t Page(Stage* stage, World* world, Tab* tab, const Step& step) {
  uint32_t argument = step.of;
  if (step.kind == Kind::kAssociatePlanned) argument = std::exchange(tab->plan, 0);
  const Outcome outcome = Do(stage, world, tab, AskOf(step.kind), argument);
  if (step.kind == Kind::kPlan) tab->plan = outcome.status == 200 ? outcome.text : 0;
  return outcome.problem;
}

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

uint32_t Take(Stage* stage, const Step& step, World* world) {
  Tab* tab = &world->tabs[step.tab];
  switch (step.kind) {
    case Kind::kAssociate:
    case Kind::kAssociateIds:
    case Kind::kPlan:
    case Kind::kSignIn:
      world->known = true;
      [[fallthrough]];
    case Kind::kStart:
    case Kind::kEdit:
    case Kind::kAssociatePlanned:
    case Kind::kUndo:
    case Kind::kRetry:
    case Kind::kSignOut:
    case Kind::kReset:
    case Kind::kCompact:
      return Page(stage, world, tab, step);
    case Kind::kTabCrash:
      *tab = Tab();
      tab->seen = world->browser;
      return 0;
    case Kind::kRefresh:
      tab->seen = world->browser;
      return 0;
    case Kind::kFetch:
      return Fetch(stage, world, tab);
    case Kind::kMark:
      return Mark(stage, world, tab);
    case Kind::kPost:
      return Post(stage, world, tab);
    case Kind::kRecord:
      return Record(stage, world, tab);
    case Kind::kGiveUp:
      Stop(tab);
      return 0;
    case Kind::kFarewell:
      return Farewell(stage, world, tab);
    case Kind::kDeliver:
      return Deliver(stage, world, step.of);
    case Kind::kDuplicate:
      Add(world, step.of);
      return 0;
    case Kind::kDrop:
      Remove(world, step.of);
      return 0;
    case Kind::kTooLarge:
      Remove(world, step.of);
      Answer(world, step.of, stage->texts.Number(R"(413 {"code":"too_large","message":"no"})"));
      return 0;
    case Kind::kRefuse:
      Remove(world, step.of);
      Answer(world, step.of, stage->texts.Number(R"(404 {"code":"no_such_path","message":"no"})"));
      return 0;
    case Kind::kAgent: {
      const std::string& id = stage->browser[world->browser].past.started[step.of].id;
      world->serving = stage->server.Move(world->serving, stage->texts.Number(id));
      world->server = world->serving;
      return 0;
    }
    case Kind::kCookie:
      world->cookie = static_cast<Customer>(step.of);
      world->known = true;
      return 0;
    case Kind::kServerStore:
      world->server = world->serving;
      return 0;
    case Kind::kServerCrash:
      world->serving = world->server;
      return 0;
    case Kind::kLater:
      world->later = true;
      return 0;
  }
  return 0;
}

uint32_t Check(Stage* stage, const World& world) {
  const Browser::State& browser = stage->browser[world.browser];
  const Server::State& server = stage->server[world.server];
  if (browser.problem != 0) return browser.problem;
  if (server.problem != 0) return server.problem;
  if (stage->bounds.behind) {
    for (size_t i = 0; i < stage->bounds.tabs; ++i) {
      const Browser::State& seen = stage->browser[world.tabs[i].seen];
      const History& history = stage->browser.history();
      if (history.sequence(seen.store) == history.sequence(browser.store) &&
          history.digest(seen.store) != history.digest(browser.store)) {
        return stage->texts.Number("5: a tab that has read everything has another state");
      }
    }
  }
  const auto [found, is_new] = stage->checked.emplace(uint64_t{world.browser} << 32 | world.server, 0);
  if (is_new) found->second = stage->texts.Number(CheckBoth(browser, server));
  return found->second;
}

uint32_t Complete(Stage* stage, World world) {
  const auto take = [&](Kind kind, uint8_t tab, uint16_t of = 0) {
    const uint32_t problem = Take(stage, {kind, tab, of}, &world);
    return problem != 0 ? problem : Check(stage, world);
  };
  if (world.server != world.serving) (void)take(Kind::kServerStore, 0);
  while (world.postings[0] != 0) {
    const auto posting = static_cast<uint16_t>(world.postings[0] - 1);
    if (const uint32_t problem = take(Kind::kDeliver, 0, posting)) return problem;
  }
  for (uint8_t i = 0; i < stage->bounds.tabs; ++i) {
    const Pc pc = world.tabs[i].pc;
    if (const uint32_t problem = take(pc == Pc::kAnswered ? Kind::kRecord : Kind::kTabCrash, i))
      return problem;
  }
  for (const Customer customer : {Customer::kA, Customer::kB}) {
    const auto of = static_cast<uint16_t>(customer);
    world.cookie = customer;
    uint32_t problem = take(Kind::kSignIn, 0, of);
    for (uint16_t i = 0; i < stage->browser[world.browser].past.made.size() && problem == 0; ++i) {
      problem = take(Kind::kRetry, 0, i);
    }
    // Each association takes one round; what is cut takes a few more.
    for (size_t round = 0; problem == 0 && round < 16; ++round) {
      problem = take(Kind::kFetch, 0);
      if (problem != 0 || world.tabs[0].pc == Pc::kIdle) break;
      problem = take(Kind::kMark, 0);
      if (problem != 0 || world.tabs[0].pc == Pc::kIdle) continue;
      problem = take(Kind::kPost, 0);
      if (problem == 0) problem = take(Kind::kDeliver, 0, static_cast<uint16_t>(world.postings[0] - 1));
      if (problem == 0 && world.server != world.serving) problem = take(Kind::kServerStore, 0);
      if (problem == 0) problem = take(Kind::kRecord, 0);
    }
    if (problem != 0) return problem;
  }
  return stage->texts.Number(CheckEnd(stage->browser[world.browser]));
}

}  // namespace anon::model
