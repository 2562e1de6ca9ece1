/**
 * What a full stop after an abbreviation may mean.
 * - `never`: something always follows ("Dr. Sommer", "z. B. heute").
 * - `starter`: the sentence ends when the next word can only begin one ("in der Hauptstr. Bitte klingeln Sie").
 * - `loose`: like `starter`, but a polite form begins no sentence ("wir brauchen u. a. Ihre Karte").
 * - `ender`: stands at the end of a list, so that a noun with its verb begins a sentence too ("usw. Termine sind").
 * - `capital`: the sentence ends before any capital letter that is not a name it belongs to ("at 5 p.m. Parking").
 * - `number`: an abbreviation before a digit only ("No. 5"), else a word like any other ("No. We are closed.").
 */
export type AbbreviationKind = 'never' | 'loose' | 'starter' | 'ender' | 'capital' | 'number';

/** Words separated by spaces, written without the last stop. With a capital: only in exactly this spelling. */
type AbbreviationTable = Readonly<Partial<Record<AbbreviationKind, string>>>;

const ACRONYM = /^\p{Lu}+$/u;

const LATIN_TITLES = 'dr prof ing dipl';

const TABLES: Readonly<Record<string, AbbreviationTable>> = {
  de: {
    never: `${LATIN_TITLES} hr hrn frl med dent rer phil jur habil z.b d.h i.d.r z.t z.zt i.a i.v
      i.h.v i.s.v i.s.d i.r.v v.a s.a m.e m.w b.w o.g o.a u.u p.p a.d c.a h.c z.hd z.hdn v.d i.e ca bzw
      inkl exkl zzgl abzgl bspw beispielsw vgl sog insb insbes bes mind ausschl gem lt geb ehem gegr urspr
      eigtl allg versch entspr betr bzgl wg ggü gegenüb abs art aufl bd hrsg kap ziff fig abb anm tab fa
      inh abt st-nr tel.nr hausnr od sen nr nrn art.-nr best.-nr kd.-nr p.s ps ggfls gez n.b techn kfm
      ärztl abschn anl anh beil gebr lfd stv stellv durchschn ungef`,
    starter: `tel max min telefonnr str st mio mrd tsd std sek pers stk stck jan feb febr mär apr jun
      jul aug sept okt nov dez Mo Di Mi Do Fr Sa So Min Max Art mwst ust jh jhdt jhd chr n.chr v.chr jr co
      pl dtzd qm a.m a.d.r a.d o.r b.w i.r s.o s.u pkt gr kl j g.g.a v.h.s tgl stkl tägl mtl monatl
      wöchentl jährl vorm nachm verh gest Erw Kart Dos Zi Gl Ki o.k i.o k.a n.v zi.-nr bhf hbf vorauss
      vorl erf`,
    ender: 'usw usf etc dgl u.ä o.ä u.v.m uvm uva u.v.a o.dgl u.dgl ff s.o p.a str',
    loose: 'u.a u.a.m einschl evtl ggf ggfs zus',
  },
  en: {
    never: `${LATIN_TITLES} mr mrs ms mx messrs rev hon Gen Col Lt Sgt Capt Cpl Maj Cmdr Adm Gov Sen
      Rep Pres supt e.g i.e eg ie cf viz approx ca vs v mt est.d incl excl esp resp attn c/o w/ nr pp Figs
      Ft tel ext p.s n.b ps avg esq`,
    starter: `St Sq Pl Ct Bldg Apt Ste u.s u.s.a u.k u.n d.c l.a Ph.D M.D n.y dept max jr sr bros mgr
      asst assn univ intl natl govt qty pkg appt`,
    capital: `a.m p.m etc inc ltd co corp llc plc mins hr hrs sec secs lb lbs oz ft yd yds et.al a.d b.c
      p.a tbsp tsp mph mi mo mos yr yrs wk wks gal qt pt misc Ave Rd Blvd Ln Hwy Pkwy mins min`,
    number: `no nos tab p fig art sec vol ch para Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue
      Tues Wed Thu Thur Thurs Fri Sat Sun rm ref temp exp ver seq`,
  },
  fr: {
    never: `M m MM mme mlle mr dr drs pr prof me mgr st ste av ave bd boul pl fg p.ex ex c.-à-d c.à.d
      n art chap vol fig cf p pp janv févr avr juil sept oct nov déc adr hab apr.j.-c rdv.tél bât esc apt
      app appt`,
    capital: 's.v.p svp etc cie sté s.a s.a.r.l s.a.s h sec ed',
    starter: 'env max min tél incl excl réf ind resp',
  },
  es: {
    never: `sr sra srta sres sras dr dra drs D dª dña prof profa lic ing arq ud uds vd vds núm nº no.º
      av avda avd c/ ctra pza p.ej ej art cap vol fig cf gral admón EE st sto sta ntra`,
    capital: 'a.m p.m etc s.a s.l s.a.u s.l.u cía ltda ee.uu d.c a.c hnos min seg h',
    number: 'no ene feb mar abr may jun jul ago sep sept oct nov dic lun mié jue vie sáb dom',
    starter: 'dcha izq izda esq aprox máx mín pág págs incl excl tel tfno tlf pl dpto dto',
  },
  it: {
    never: `sig sig.ra sig.na sigg sigg.ri dott dott.ssa dr prof prof.ssa avv ing geom arch rag on
      mons don cav p.zza p.za v.le c.so l.go n nn num es ad.es p.es pag pagg art cap vol fig cfr circ c.a
      s.s rif sen san gent gent.mo gent.ma spett egr fraz loc prov`,
    capital: 'ecc etc s.p.a s.r.l s.n.c s.a.s a.c d.c sec h a.m p.m',
    number: 'gen feb mar apr mag giu lug ago set sett ott nov dic lun mer gio ven sab dom',
    starter: 'ca max min incl escl mass tel int.no',
  },
  nl: {
    never: `dhr mevr mw mej dr drs prof ing ir mr bc msc st bijv bv b.v m.b.t d.w.z dwz i.v.m ivm
      t.a.v tav z.s.m zsm ca nr nrs tel.nr blz pag evt resp m.i.v t.e.m t.o.v o.l.v i.p.v o.b.v i.o.m v.a
      vgl zgn zg o.m t.g.v m.u.v art hfst t.n.v v.d mln mld ong gem`,
    capital: 'a.u.b aub s.v.p svp n.a.v enz etc e.d e.a o.i.d n.v.t n.v p.j p.m p.st sec cie',
    number: 'jan feb febr mrt apr jun jul aug sept sep okt nov dec ma di wo do vr za zo o.a',
    starter: 'incl excl max min jl a.s tel str',
  },
};

const compile = (table: AbbreviationTable): Map<string, AbbreviationKind> => {
  const kinds = new Map<string, AbbreviationKind>();
  for (const [kind, words] of Object.entries(table) as [AbbreviationKind, string][]) {
    for (const word of words.split(/\s+/)) if (word) kinds.set(word, kind);
  }
  return kinds;
};

const KINDS = new Map(Object.entries(TABLES).map(([language, table]) => [language, compile(table)]));

/** The languages with tables of their own. Others are cut by the English ones. */
export const SENTENCE_LANGUAGES: readonly string[] = Object.keys(TABLES);

/** "de-DE" and "DE" are "de". A language without tables is cut like English. */
export function sentenceLanguage(language: string | undefined): string {
  const base = language?.toLowerCase().split(/[-_]/)[0] ?? '';
  return KINDS.has(base) ? base : 'en';
}

/**
 * The kind of abbreviation that `word` (without its last stop; "z.b" for "z. B.") is in a base language. An acronym
 * is one only where the table writes it so: "in der WG." ends with a word, "wg." does not.
 */
export function abbreviationKind(word: string, language: string): AbbreviationKind | undefined {
  const kinds = KINDS.get(language);
  return kinds?.get(word) ?? (ACRONYM.test(word) ? undefined : kinds?.get(word.toLowerCase()));
}
