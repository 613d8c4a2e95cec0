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

}  // namespace

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

}  // namespace anon::model
