/**
 * Stands in for a paid embedding service: the same text gives the same vector, texts of one meaning give near ones. It knows
 * a small thesaurus of the trade in three languages, stems of words and their letters, all hashed into one direction; it
 * knows nothing of the evaluation's questions. What it finds says that vectors are stored, compared and fused rightly, not how
 * good a service is.
 */
import { createHash } from 'node:crypto';

export const testDimension = 384;

/** Words of one meaning, a line each. */
const thesaurus = [
  'database db postgres postgresql sql table datenbank データベース',
  'price amount money cents cost currency fee preis betrag geld 価格 金額',
  'type kind format datatype column field',
  'login signin sign log-in logged session authentication authenticate auth token credential anmelden anmeldung kennwort passwort password 認証',
  'throttle limit quota rate',
  'ip address host network',
  'job cron schedule scheduled nightly worker batch nachts nacht バッチ',
  'hour time timezone zone utc clock uhr zeit 時間',
  'wrong incorrect bad false falsch weicht おかしい 失敗',
  'rollback revert undo roll back return previous restore earlier',
  'release deploy deployment production ship rollout auslieferung 本番 出荷',
  'package dependency library npm module pip paket ライブラリ',
  'again twice duplicate repeat redeliver redelivered parallel once doppelt doppelte',
  'message event queue delivers consumer stream',
  'busy slow long longer takes lange langer',
  'customer user client people person visitor kunde kunden kundendaten personenbezogene 顧客',
  'delete remove drop erase destroy löschen gelöscht',
  'keep retain store save copy aufbewahren aufbewahrung',
  'link url callback redirect',
  'mail e-mail email',
  'e2e end-to-end suite tests test testlauf testläufe テスト 結合',
  'prisma orm connection pool client',
  'close disconnect end stop shut 停止 止める',
  'japan japanese yen ja',
  'permission policy right allowed may role',
  'small tiny thirty little',
  'add pull install introduce',
  'fail fails failing error break broken crash crashes chokes abort bricht 失敗',
  'windows build machine agent runner',
  'folder directory path ordner ordnernamen',
  'mac macos apple',
  'warehouse stock lager lagerverwaltung',
  'weekend weekdays workday wochenende werktags',
  'reach reachable available erreichen erreichbar',
  'tax vat steuer steuersatz',
  'round rounding cent rundet rundung',
  'accounting ledger bookkeeping buchhaltung',
  'invoice bill billing rechnung rechnungen 請求書',
  'holiday vacation summer 夏季 夏休み 休業',
  'image picture photo 画像',
  'convert transform conversion 変換',
  'font glyph garbled 文字化け フォント',
  'digit number numeric zahl 数字',
  'chart graph plot diagram',
  'calendar date day picker',
  'endless infinite loop reload reloads endlessly',
  'cache caching redis',
  'memory heap ram oom',
  'version release major minor バージョン',
  'watch watcher watches inotify file files',
  'latency p99 duration response',
  'metric dashboard measure grafana',
  'log logs logging logger verbose debug',
  'card payment pay stripe',
  'secret key signature sign signed webhook',
  'replica read primary lag',
  'docker container image ドッカー',
  'expired expires expiry abgelaufen läuft ablauf',
  'gpu cuda torch pytorch wheel',
  'class prototype method object',
  'cursor page pagination total count list',
].map((line) => line.split(' '));

const concepts = new Map(thesaurus.flatMap((words, index) => words.map((word) => [word, index])));
const unspaced = /[\p{scx=Han}\p{scx=Katakana}]/u;

/** Of length one. */
export function embedForTest(text: string, dimension = testDimension): Float32Array {
  const vector = new Float32Array(dimension);
  for (const [feature, weight] of featuresOf(text)) {
    const hash = createHash('sha256').update(feature).digest();
    for (let at = 0; at < 16; at += 4) {
      const place = hash.readUInt32LE(at) % dimension;
      vector[place] = (vector[place] ?? 0) + (hash.readInt8(16 + at) < 0 ? -weight : weight);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((number) => number / length);
}

function* featuresOf(text: string): Generator<readonly [string, number]> {
  const folded = text.normalize('NFKC').toLowerCase();
  const words = new Set(folded.match(/[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{N}]+)*/gu) ?? []);
  const meant = new Set<number>();
  for (const word of words) {
    for (const concept of conceptsOf(word)) meant.add(concept);
    yield* isUnspaced(word) ? pairsOf(word) : lettersOf(stemOf(word));
  }
  for (const concept of meant) yield [`concept ${concept}`, 1.2];
}

function isUnspaced(word: string): boolean {
  return unspaced.test(word);
}

function stemOf(word: string): string {
  return word.length > 4 ? word.replace(/(?:ing|ed|es|en|s|e)$/u, '') : word;
}

function conceptsOf(word: string): number[] {
  const known = isUnspaced(word)
    ? [...concepts].filter(([name]) => word.includes(name)).map(([, concept]) => concept)
    : [concepts.get(word), concepts.get(stemOf(word))];
  return known.filter((concept) => concept !== undefined);
}

function* pairsOf(word: string): Generator<readonly [string, number]> {
  for (let at = 0; at + 2 <= word.length; at += 1) yield [`pair ${word.slice(at, at + 2)}`, 0.5];
}

function* lettersOf(stem: string): Generator<readonly [string, number]> {
  yield [`word ${stem}`, stem.length > 3 ? 0.8 : 0.25];
  for (let at = 0; at + 4 <= stem.length; at += 1) yield [`part ${stem.slice(at, at + 4)}`, 0.2];
}
