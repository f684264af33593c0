// Keeps #part up to date, and tells the simulator what is tapped or written.
(() => {
  const body = document.body, part = document.getElementById("part");
  const user = body.dataset.user;
  let version = body.dataset.version, asking = false;

  const tell = (who, what, said) =>
    fetch(`/_control/users/${who}/${what}`, { method: "POST", body: JSON.stringify(said || {}) });

  const toEnd = () => {
    const chat = document.getElementById("chat");
    if (chat) chat.scrollTop = chat.scrollHeight;
  };

  const refresh = async () => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(`${location.pathname}?seen=${version}`);
      if (answer.status === 200) {
        const menu = document.querySelector("details.menu");
        const open = menu && menu.open;
        part.innerHTML = await answer.text();
        version = answer.headers.get("x-version");
        const now = document.querySelector("details.menu");
        if (menu && now) now.open = open;
        toEnd();
      }
    } catch (gone) {
      // The simulator was stopped; the next question will tell whether it is back.
    } finally {
      asking = false;
    }
  };

  const act = async (target) => {
    const tapped = target.closest("[data-action], [data-do]");
    if (!tapped) return;
    if (tapped.dataset.do) await tell(user, tapped.dataset.do);
    else await tell(user, "do", { action: JSON.parse(tapped.dataset.action) });
    refresh();
  };

  document.addEventListener("click", (event) => act(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-action]")) act(event.target);
  });

  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target, field = form.querySelector("input"), words = field.value.trim();
    if (!words) return;
    field.value = "";
    if (form.dataset.new) {
      const made = form.dataset.new;
      await tell(made, "follow", { name: words });
      location.href = `/phones/${made}`;
      return;
    }
    await tell(user, "say", { text: words });
    refresh();
  });

  toEnd();
  setInterval(refresh, 700);
})();
