import type { FullLanguage } from '../brain';
import { onFirstUse, pattern } from './offline-text';

/** What a caller may want beside the FAQ. */
export type IntentName =
  /** "Are you still there?" */
  | 'presence'
  | 'identity'
  | 'declineHuman'
  | 'human'
  | 'sms'
  | 'goodbye'
  | 'repeat'
  | 'help'
  | 'thanks'
  | 'wait'
  | 'greeting'
  | 'no'
  /** A yes that stays one beside thanks: "ja, danke". */
  | 'firmYes'
  | 'yes';

/**
 * The phrases of the built-in intents, on folded text (umlauts may be written; `~` is the rest of a word).
 * The last rows are no intents: `anybody` is whom a wish for "a human" is about, `sendTo` makes an SMS wish of a topic,
 * `aboutHuman` may stand beside the name of a desk and `asking` may not, `ending` is a goodbye whatever came before,
 * `politeness` is cut away before the topic of a sentence is looked for.
 */
type Phrases = Record<
  IntentName | 'anybody' | 'sendTo' | 'politeness' | 'aboutHuman' | 'asking' | 'ending',
  readonly string[]
>;

const GERMAN: Phrases = {
  presence: [
    '^(hallo )?((sind|bist) (sie|du) (noch )?(da|dran)|(hören|hörst) (sie|du) mich( noch)?|ist da (noch )?(wer|jemand))$',
  ],
  identity: [
    '(bist|sind) (du|sie|das)( denn| hier| etwa| eigentlich| nur| überhaupt)*( (ein|eine|n|ne|echt~|richtig~))* (roboter|computer|maschine|bot|automat|ki|mensch|person|künstliche intelligenz|echt)',
    '(spreche|rede|telefoniere) ich<3> mit (einer|einem|nem|ner)<2> (person|menschen?|computer|maschine|roboter|automaten?|bot|ki)',
    'wer (sind|bist) (sie|du)|bandansage|(aufnahme|aufgezeichnet|vom band)',
  ],
  declineHuman: [
    '^(stopp?|halt|abbrechen|aufhören|genug|schluss)( bitte)?$',
    '(nicht|keinesfalls)<2> (verbunden|verbinden|weitergeleitet|weiterleiten|durchgestellt|durchstellen)( werden)?',
    'verbinden sie mich nicht|niemanden? sprechen',
  ],
  human: [
    '(weiter|durch)?(verbinden|verbunden)|verbinde|durchstellen|durchgestellt|weiterleiten|weitergeleitet',
    'stellen sie mich<3> durch',
    '(mit|zu) (jemand~|irgend~|(ei)?ne[mnr]|menschen?|mitarbeiter~|kolleg~)<3> (sprechen|reden|telefonieren|unterhalten)',
    '(nicht|ungern) mit<2> (computer|maschine|roboter|automat~|bot|ki|ansage)<1>( sprechen| reden)?',
    '(echten?|richtigen?|lebendigen?) (mensch~|mitarbeiter~|person)',
    '(k?einen|nen|ne|k?eine|irgendein~|jemand~)<1> (menschen|mitarbeiter~|kolleg~|ansprechpartner~)',
    'mit (dem|der|denen) ich<1> (sprechen|reden)|kundenberater~|rede(n)? mit jemand~|mensch bitte',
    '^mensch$|menschen bitte|jemand(en)? (richtig~|echt~|vom team|persönlich)',
    '(kann|könnte|darf) ich<3> jemand~ sprechen|mitarbeiter(in)?( bitte)?$',
    'persönlich(en)? (mit jemand~|sprechen|berat~|ansprechpartner)|ansprechpartner',
  ],
  anybody: [
    '(irgend)?jemand~|irgendwen|mensch~|(mitarbeiter|kolleg|ansprechpartner|kundenberater|sachbearbeiter|berater)~',
    '(person|leute)(en)?|auskennt|(richtig|echt|lebendig|anderen?)~',
  ],
  aboutHuman: [
    'sprechen|reden|haben|erreichen|geben|holen|zu sprechen|frage|fragen|anliegen|an|für|ans telefon',
    'wichtig',
  ],
  ending: ['(tschüss?i?|tschau|ciao|auf wieder(hören|sehen|schauen)|wieder(hören|sehen))( dann| danke)?$'],
  asking: ['wann|wie ?viele?|wo|warum|wie (heißt|heißen|lange|alt)|gibt es'],
  sms: [
    'sms|aufs handy|auf (mein|das) handy|schriftlich|als (text)?nachricht|per nachricht',
    '(schick|schicken|senden|sende) (sie )?mir (das|es|die|den)<3>$',
  ],
  sendTo: ['schick~|zuschicken|send~|zusenden|simsen'],
  goodbye: [
    'tschüss?i?|tschau|ciao|auf wieder(hören|sehen|schauen)|wieder(hören|sehen)|ade',
    'bis (dann|bald|später|demnächst|zum nächsten mal)',
    '(einen )?(noch )?(einen )?(schön|angenehm)~ (tag|abend|feierabend|wochenende)( noch)?|schönen abend',
    'schönes wochenende',
    '(das |dass )?(wars (von|für)<2>|wars|war es|wär s|wärs|war s|war alles|war schon alles|ist alles|wäre alles|reicht mir)( dann)?( schon)?',
    '(mehr|weiter~|sonst)<3> (brauche|brauch|benötige|wollte) ich nicht',
    '(brauche|brauch|habe|hab) (ich )?(sonst )?nichts (mehr|weiter)|keine (weiteren )?fragen mehr',
    'keine weiteren fragen|auflegen|legen sie auf|machen sie s gut|machs gut|mach s gut',
  ],
  repeat: [
    'wiederhol~|(noch ?mal|noch einmal)( sagen| bitte)?|was war das|hä|wie meinen|bitte was|was bitte',
    'was<2> (sagten|sagte|sagst|sagen) (sie|du)( gerade| eben| da)|wie bitte',
    '(nicht|nix|nichts|schlecht) (richtig |ganz |gut )?(verstanden|mitbekommen|gehört|verstehen)',
    'was (haben|hatten|hast|war)<3> gesagt|langsamer|akustisch|wie war das|^was$',
    'verstehe? (sie|dich|das|es) (leider |gerade )?nicht',
  ],
  help: [
    '(bei )?welche[nr]? fragen<5> (helfen|beantworten)',
    'was (können|kannst) (sie|du)<6>( tun| machen| alles| beantworten)',
    'was (kannst|können) (du|sie)( denn| so)*$|was (kann|könnte|darf) ich<3> fragen',
    '(womit|wobei|wie) (können|kannst) (sie|du) mir<1> helfen|worüber<3> (wissen|auskunft)( ~)?',
    'welche (themen|auskünfte|möglichkeiten)<3>|hilfe|(können|kannst) (sie|du) mir<1> helfen',
  ],
  thanks: [
    '(vielen|herzlichen|schönen|besten|lieben|tausend)( lieben| herzlichen)? dank',
    'danke<1>( schön| sehr| vielmals| ihnen)?|dankeschön|merci',
    '(das )?(ist|war) (sehr |wirklich |ganz )?(nett|lieb|freundlich|hilfreich)',
    '(das )?hilft mir<1>( weiter)?|(das )?(hat|haben)( sie)? mir<3> geholfen|ihnen auch|ebenso',
    'gleichfalls',
  ],
  wait: [
    '(einen |nen )?(kleinen )?(moment|augenblick|sekunde|sekündchen)|warten sie|warte|bleiben sie<1> dran',
  ],
  greeting: [
    'hallo|hi|hey|moin|servus|grüezi|grüß<1> gott|grüß (sie|dich)|(schön~ )?gut~ (tag|morgen|abend)|tag',
  ],
  no: [
    'nein|nee|nö|ne|lieber nicht|auf keinen fall|nicht nötig|muss nicht sein|doch nicht|egal|schon gut',
    '(lassen|vergessen) (wir|sie) (es|das)?( mal| lieber)?|nicht so wichtig|hat sich erledigt',
  ],
  yes: [
    'ja|jawohl|jo|jap|mhm|mm hmm?|aha|gern~|klar|natürlich|unbedingt|machen sie( das| mal)?|in ordnung|einverstanden',
    'bitte|okay|ok|von mir aus',
    '^((sehr|na|ist) )?(gut|super|prima|toll|perfekt|klasse|wunderbar|verstanden|genau|richtig|stimmt|passt|ach so|achso)$',
  ],
  firmYes: ['^(ja|jawohl|jap|gern~|sehr gern~|unbedingt)'],
  politeness: [
    '(herr |frau )?~ hier$|(~ )?mein name$|(hier (ist|spricht)|mein name ist|ich heiße)( herr| frau| der| die)* ~|~ mein name',
    '(ich (heiße|bin)( der| die)?( herr| frau)?) ~$|super|toll|prima|perfekt|klasse|wunderbar|schön',
    'sehr gut|alles klar|verstanden|ach so|achso|aha|in ordnung|einverstanden|entschuldigung',
    'entschuldigen sie( bitte)?|verzeihung|sie können jetzt',
  ],
};

const ENGLISH: Phrases = {
  presence: [
    '^(hello )?(are you (still )?there|can you (still )?hear me|(is )?(anyone|anybody|somebody) (still )?there)$',
  ],
  identity: [
    '(are|is) (you|this|that)( just| actually| really)?( (a|an|real|actual|living))* (robot|computer|machine|bot|ai|human|person|recording|real)',
    '(am i|i am|im) (speaking|talking)<1> (to|with) (a|an)<1> (person|human|robot|machine|computer|bot)',
    'who are you|recorded message|recording',
  ],
  declineHuman: [
    '^(stop|enough|cancel)( please| it)?$',
    '(dont|do not|not|no need to)<2> (transfer|connect|put)<3>( through)?',
    '(dont|do not) (want|need) (a person|anyone)',
  ],
  human: [
    '(put|pass)( me)?<1> (through|over|on to)|connect me|transfer me|(transfer|connect) (to|with)',
    'get me (to )?(someone|somebody|a|the)',
    '(speak|talk|chat) (to|with) (someone|somebody|anyone|an? (real |actual |live )*(human|person|agent|colleague|member)|one of you)',
    '(dont|do not|not|rather not)<3> (to|with) (a |this )?(machine|robot|computer|bot|recording)',
    '(real|actual|live|human) (person|human|being|agent|operator)',
    '(need|want|like|get|have|is there) (a|an)<1> (human|person|agent|operator|someone|colleague)',
    '(person|someone|somebody|anyone|human|agent)<1> (i|we) (can|could) (speak|talk)|representative',
    'operator|human being|(a )?human( please)?$|member of (the )?(staff|team)',
    'is there (someone|anyone|anybody) i can|can i (speak|talk)$|who can i (speak|talk) to',
  ],
  anybody: [
    'someone|somebody|anyone|anybody|one of (you|them)|(real|actual|live|living|different|proper)',
    '(human|person|people|being|agent|operator|representative|advis[eo]r|colleague|member|staff|assistant)s?',
  ],
  aboutHuman: [
    'speak|talk|talking|speaking|reach|get|to|question|for|about|with|chat|someone (in|from)|one of',
    'department|through|free|available|there|in',
  ],
  ending: ['(good ?bye|bye|bye bye|bye now)( then| now| thanks)?$'],
  asking: ['how (many|much|old|long)|when|where|why|what time|do you have'],
  sms: [
    'text (that|it|this|me)|sms|(text )?message me|in writing|(send|text)<3> (my|the) (phone|mobile|cell)',
    'by text|(as )?(a )?text( message)?$|as a text|in a text|(send|text) (me )?(that|it|this)',
  ],
  sendTo: ['send|text me|message me|sms me|text'],
  goodbye: [
    'good ?bye|bye( bye)?|see (you|ya)( later| then| soon| tomorrow)?|cya|take care',
    'have a (nice|good|great|lovely) (day|one|evening|weekend|afternoon)',
    '(thats|that is|that was|that will be|thatll be) (all|it|everything)<2>( (for )?today)?',
    'im (all )?(done|set|good)|nothing else|(dont|do not) need anything( else| more)?',
    'no (more|further) questions|hang up|you can go',
  ],
  repeat: [
    'repeat<1>|i missed that|missed (that|what)|run that by me|say<2> again',
    '(didnt|couldnt|did not|cant|could not|dont|do not) (quite )?(catch|hear|understand|get)<1>',
    'what did you( just)? say|what was that( again)?|pardon( me)?|come again|one more time|once more',
    'slower|slowly|say what|excuse me$|what$|sorry$',
  ],
  help: [
    '(which|what) questions<4>( help( me)?( with)?| answer)',
    'what<3> (can|could|do) you (actually |really )?(tell|do|know|offer|help)<3>',
    'what (can|could|may|should) i ask<1>|how (can|could) you help( me)?|what can you help<2>',
    'help( me)?( please)?$|what are (my|the) options|what (topics|options)<2>|can you help( me)?$',
    'i need( some)? help$',
  ],
  thanks: [
    'thank you<1>( very much| so much)?|thanks( a lot| a million| very much| so much)?|thank ya|cheers',
    'much appreciated|ta|(thats|that is|that was)<2> (kind|helpful|nice|great)( of you)?',
    'youve been<2> helpful|very helpful|really helpful',
    '(that|you|this)<1> helped( me)?( a lot| so much| out)?|(a )?(big|great|huge)? ?help|you too',
    'same to you|all the best',
  ],
  wait: [
    '(just |wait )?(a|one) (moment|second|minute|sec)|hold on|hang on|wait|bear with me',
    'give me a (second|minute|moment)',
  ],
  greeting: ['hello|hi|hey|hiya|howdy|good (morning|afternoon|evening|day)|greetings'],
  no: ['no|nope|nah|not now|no way|rather not|not necessary|never ?mind|forget (it|that)|leave it'],
  yes: [
    'yes|yeah|yep|yup|mhm|mm hmm?|uh huh|aha|sure|of course|please do|go ahead|absolutely|definitely|do (that|it)|ok|okay|please',
    '^(very )?(i see|got it|great|perfect|lovely|brilliant|excellent|wonderful|right|fine|good|understood|correct|exactly)$',
    'id like that|that would be (great|nice|good|lovely)|sounds good|all right|alright',
  ],
  firmYes: ['^(yes|yeah|yep|yup|sure|absolutely|definitely)'],
  politeness: [
    '(mr |mrs |ms |miss )?~ here$',
    '((this|it) is|my name is)( mr| mrs| ms| miss)? ~( speaking| here| calling)?',
    '(its|im|i am) ~( speaking| here| calling)?$|great|super|perfect|lovely|brilliant|excellent|wonderful',
    'nice|right|all right|alright|i see|got it|excuse me|sorry',
  ],
};

const compile = (phrases: Phrases, language: FullLanguage): Record<keyof Phrases, RegExp> =>
  Object.fromEntries(
    Object.entries(phrases).map(([name, sources]) => [name, pattern(sources.join('|'), language)]),
  ) as Record<keyof Phrases, RegExp>;

/** The compiled phrases. All are global: use them with `search` and `replace`, which keep no position. */
export const INTENTS: Readonly<Record<FullLanguage, Readonly<Record<keyof Phrases, RegExp>>>> = onFirstUse(
  { de: GERMAN, en: ENGLISH },
  compile,
);
