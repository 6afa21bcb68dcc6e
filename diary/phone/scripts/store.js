// What this phone keeps: answers until the service has receipted them, and what it knows of the diary.

const STORES = ["outbox", "facts"];
// Read by the page that finds nothing here: it then knows that the phone deleted something (see `lost`).
const COOKIE = "__Host-kept";
const COOKIE_LIFE_S = 400 * 24 * 3600;
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("diary", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
      asked.result.createObjectStore("facts");
    };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const forget = () => (opened = undefined);
      asked.result.onclose = forget;
      asked.result.onversionchange = () => {
        asked.result.close();
        forget();
      };
      resolve(asked.result);
    };
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

/** One transaction over both stores. What it resolves to is on the disk, not on its way there. */
async function act(mode, work) {
  const found = await database();
  return new Promise((resolve, reject) => {
    const transaction = found.transaction(STORES, mode, { durability: "strict" });
    const answer = { value: undefined };
    transaction.oncomplete = () => resolve(answer.value);
    transaction.onabort = () => reject(transaction.error);
    work(transaction.objectStore("outbox"), transaction.objectStore("facts"), (value) => (answer.value = value));
  });
}

/** Everything that waits or was refused, oldest first. */
export function outbox() {
  return act("readonly", (waiting, _, give) => {
    waiting.getAll().onsuccess = (event) => give(event.target.result);
  });
}

/** What is known under a name. */
export function fact(name) {
  return act("readonly", (_, facts, give) => {
    facts.get(name).onsuccess = (event) => give(event.target.result);
  });
}

/** Remember something. */
export function remember(name, value) {
  return act("readwrite", (_, facts) => facts.put(value, name));
}

/** Remember something instead of `before`, in one step; whatever came in the meantime stays. */
export function replace(name, before, value) {
  return act("readwrite", (_, facts) => {
    facts.get(name).onsuccess = (event) => {
      if (JSON.stringify(event.target.result) === JSON.stringify(before)) facts.put(value, name);
    };
  });
}

/** Look at all that waits and put what `make` makes of it; undefined puts nothing. In one step, also in two tabs. */
export async function put(make) {
  const made = await act("readwrite", (waiting, _, give) => {
    waiting.getAll().onsuccess = (event) => {
      const record = make(event.target.result);
      give(record);
      if (record) waiting.add(record);
    };
  });
  await count();
  return made;
}

/** Write what became of a record. */
export async function change(record) {
  await act("readwrite", (waiting) => waiting.put(record));
}

/** Take a record out, and in the same step remember the receipt: how the day stands now. */
export async function settle(record, standing) {
  await act("readwrite", (waiting, facts) => {
    waiting.delete(record.n);
    if (standing) {
      facts.get("days").onsuccess = (event) => {
        facts.put({ ...event.target.result, [standing.day]: standing }, "days");
      };
    }
  });
  await count();
}

/** How many answers this phone had kept and not sent when it deleted them; undefined where it deleted nothing. */
export async function lost() {
  const told = document.cookie.split("; ").find((part) => part.startsWith(`${COOKIE}=`));
  const begun = await fact("begun");
  await remember("begun", true);
  const before = begun || !told ? undefined : Number(told.split("=")[1]);
  await count();
  return before;
}

async function count() {
  const waiting = (await outbox()).filter((record) => record.state === "waiting").length;
  document.cookie = `${COOKIE}=${waiting}; Path=/; Secure; SameSite=Lax; Max-Age=${COOKIE_LIFE_S}`;
}

/** Forget all: the phone is signed out. Whatever still asks on this page waits until the page is gone. */
export async function forget() {
  (await database()).close();
  opened = new Promise(() => {});
  await new Promise((then) => {
    const asked = indexedDB.deleteDatabase("diary");
    asked.onsuccess = asked.onerror = asked.onblocked = then;
  });
  document.cookie = `${COOKIE}=; Path=/; Secure; Max-Age=0`;
}
