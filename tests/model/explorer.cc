#include "explorer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "keys.h"

namespace anon::model {
namespace {

// How a world was come to.
struct Origin {
  uint32_t from = 0;
  Step step;
};

class Explorer {
 public:
  Explorer(Stage* stage, const Limits& limits, std::vector<Step> before)
      : stage_(stage), limits_(limits), before_(std::move(before)) {}

  Report Run() {
    World begin;
    for (const Step& step : before_) {
      if (const uint32_t problem = Take(stage_, step, &begin)) (void)Fail(problem, {0, {}});
    }
    (void)Visit(begin, {});
    while (report_.wrong.empty() && !next_.empty() && report_.levels.size() < limits_.depth) {
      if (!Level()) break;
    }
    report_.whole = report_.wrong.empty() && next_.empty();
    report_.worlds = origins_.size();
    report_.browser_states = stage_->browser.size();
    report_.server_states = stage_->server.size();
    report_.executions = stage_->browser.history().runs() + stage_->server.history().runs();
    report_.seconds = Seconds();
    return std::move(report_);
  }

 private:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  // All steps from the worlds of the last level; false if it was broken off.
  bool Level() {
    const std::vector<World> worlds = std::exchange(next_, {});
    const auto first = static_cast<uint32_t>(origins_.size() - worlds.size());
    report_.levels.push_back(worlds.size());
    std::vector<Step> steps;
    for (uint32_t i = 0; i < worlds.size(); ++i) {
      if (i % 1024 == 0 && Seconds() > limits_.seconds) return false;
      Possible(stage_, worlds[i], &steps);
      for (const Step& step : steps) {
        World world = worlds[i];
        ++report_.steps;
        const uint32_t problem = Take(stage_, step, &world);
        if (problem != 0) return Fail(problem, {first + i, step});
        if (const uint32_t wrong = Visit(world, {first + i, step})) return Fail(wrong, {first + i, step});
      }
    }
    report_.depth = report_.levels.size();
    return true;
  }

  uint32_t Visit(const World& world, Origin origin) {
    if (!keys_.Insert(Key(*stage_, world))) return 0;
    origins_.push_back(origin);
    next_.push_back(world);
    if (const uint32_t problem = model::Check(stage_, world)) return problem;
    if (limits_.complete == 0 || origins_.size() % limits_.complete != 0) return 0;
    ++report_.completed;
    return Complete(stage_, world);
  }

  bool Fail(uint32_t problem, Origin last) {
    std::vector<Step> steps = {last.step};
    for (uint32_t at = last.from; at != 0; at = origins_[at].from) steps.push_back(origins_[at].step);
    steps.insert(steps.end(), before_.rbegin(), before_.rend());
    std::reverse(steps.begin(), steps.end());
    World world;
    for (const Step& step : steps) {
      report_.trace.push_back(Tell(*stage_, world, step));
      (void)Take(stage_, step, &world);
    }
    report_.wrong = Readable(*stage_, world, stage_->texts[problem]);
    return false;
  }

  Stage* stage_;
  Limits limits_;
  std::vector<Step> before_;
  Keys keys_;
  std::vector<Origin> origins_;  ///< of every world, in the order they were come to
  std::vector<World> next_;
  Report report_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

Report Explore(Stage* stage, const Limits& limits, const std::vector<Step>& before) {
  return Explorer(stage, limits, before).Run();
}

std::string Print(const Report& report) {
  std::string out;
  char line[256];
  std::snprintf(line, sizeof line,
                "%llu worlds, %llu steps, all up to %zu steps%s; %llu brought to an end\n"
                "%llu states of the browser, %llu of the server, %llu executions of the core\n"
                "%.1f s, %.0f worlds/s\n",
                static_cast<unsigned long long>(report.worlds), static_cast<unsigned long long>(report.steps),
                report.depth, report.whole ? ", and there are no more" : "",
                static_cast<unsigned long long>(report.completed),
                static_cast<unsigned long long>(report.browser_states),
                static_cast<unsigned long long>(report.server_states),
                static_cast<unsigned long long>(report.executions), report.seconds,
                static_cast<double>(report.worlds) / std::max(report.seconds, 1e-3));
  out += line;
  if (report.wrong.empty()) return out;
  out += "WRONG: " + report.wrong + "\n";
  for (size_t i = 0; i < report.trace.size(); ++i) {
    out += (i < 9 ? " " : "") + std::to_string(i + 1) + ". " + report.trace[i] + "\n";
  }
  return out;
}

}  // namespace anon::model
