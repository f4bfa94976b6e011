//! Articles of several kinds and languages, a paragraph a line, and what is put into them.

/// An article: its name, its text, and sentences that could stand in it, too.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) others: &'static [&'static str],
}

pub(crate) const SAMPLES: [Sample; 10] = [
    Sample {
        name: "english",
        text: "The harbour office closed its last window on Friday, and nobody had been told. “We found a note on the door,” said Ruth Amsel, who has paid her mooring fees there since 1988.\n\
            The town says that the counter cost 41,000 a year and served eleven people a week. Most of them now use the form on the internet. Some do not have a computer, and some do not trust it.\n\
            Mooring fees rise in spring — by four per cent for small boats, by nine for those over twelve metres. The council will vote on the fees in March. A first draft had asked for twice as much.\n\
            On the pier opinions differ. “It was always cold in there,” says the ferryman, and laughs. His brother keeps the old key as a souvenir.",
        others: &[
            "A second note has been found since.",
            "The mayor did not answer our questions by Thursday.",
            "The council will speak about the counter in April.",
            "Nobody was hurt.",
        ],
    },
    Sample {
        name: "german",
        text: "Die Straßenbahn fährt ab Montag wieder über die Brücke, doch langsamer als früher. „Zehn Stundenkilometer sind das Äußerste“, sagte der Ingenieur Jörg Übelhör am Mittwoch.\n\
            Unter dem östlichen Pfeiler hat der Fluss den Grund ausgespült. Wie tief das Loch ist, weiß niemand genau. Die Messung vom Mai ergab 2,40 Meter, die vom Juli schon drei.\n\
            Für die Reparatur sind 1,8 Millionen Euro vorgesehen – das Land gibt die Hälfte dazu. Begonnen wird im September. Bis dahin kontrolliert die Stadt die Brücke jede Woche.",
        others: &[
            "Eine zweite Messung steht noch aus.",
            "Der Bürgermeister wollte sich nicht äußern.",
            "Die Stadt kontrolliert auch die anderen Brücken.",
        ],
    },
    Sample {
        name: "results",
        text: "Ulm beat Gera 3-1 at home.\nGera beat Suhl 2-1 at home.\nSuhl beat Jena 2-0 at home.\nJena beat Ulm 4-1 at home.\nUlm beat Suhl 2-1 at home.\nGera beat Jena 5-2 at home.\nSuhl beat Ulm 1-0 at home.\nJena beat Gera 3-2 at home.\nThe cup will be played for in autumn.",
        others: &[
            "Halle beat Ulm 2-1 at home.",
            "Jena beat Halle 3-1 at home.",
        ],
    },
    Sample {
        name: "interview",
        text: "Ms Berg, when did you first hear of it?\nI cannot say that here. The file came in May, and I read it the same night.\nAnd what did you do then?\nI cannot say that here. My lawyer has asked me to wait until the hearing is over.\nWho else has read the file?\nI cannot say that here. Three people had a key to the room, and one of them has left.\nWill there be a second file?\nThat I can say: no.",
        others: &[
            "I cannot say that here.",
            "Please ask the office about that.",
        ],
    },
    Sample {
        name: "refrain",
        text: "The tide comes in, the tide goes out.\nAnd no one asks the sea what it is all about.\nMy father mended nets of tarry rope.\nThe tide comes in, the tide goes out.\nAnd no one asks the sea what it is all about.\nMy mother salted fish and called it hope.\nThe tide comes in, the tide goes out.\nAnd no one asks the sea what it is all about.",
        others: &[
            "My sister sold the boat for a piano.",
            "The tide comes in, the tide goes out.",
        ],
    },
    Sample {
        name: "arabic",
        text: "أعلنت البلدية يوم الأحد إغلاق السوق القديم لمدة ثلاثة أشهر. وقال التجار إنهم لم يُسألوا عن رأيهم.\n\
            تبلغ كلفة الترميم مليوني دينار، وتدفع الحكومة نصفها. ويبدأ العمل في الأول من أيلول.\n\
            «هذا السوق أقدم من المدينة نفسها»، قالت أمينة وهي تبيع التوابل منذ أربعين عامًا. ابنها يريد أن يفتح متجرًا على الشبكة.",
        others: &[
            "ولم يجب رئيس البلدية عن أسئلتنا.",
            "وسيُفتح السوق مرة أخرى في الشتاء.",
        ],
    },
    Sample {
        name: "hebrew",
        text: "הספרייה העירונית תיפתח מחדש ביום שלישי אחרי שנתיים של שיפוצים. בקומה השנייה יש עכשיו חדר קריאה לילדים.\n\
            ״חיכינו לזה הרבה זמן״, אמרה המנהלת רות לוי בטקס הפתיחה. העבודה עלתה שבעה מיליון שקלים, מיליון יותר מהמתוכנן.\n\
            הספרים הישנים נשמרו במחסן ליד הנמל. חלקם נרטבו בחורף שעבר ולא יחזרו למדפים.",
        others: &[
            "ראש העיר לא הגיב עד שעת הסגירה.",
            "הכניסה חופשית בשבוע הראשון.",
        ],
    },
    Sample {
        name: "japanese",
        text: "港の古い倉庫が来月取り壊される。市は跡地に公園を造る計画だ。住民の一部は反対している。\n\
            「ここで三代にわたって働いてきた」と、七十二歳の佐藤さんは話す。倉庫は一九三一年に建てられ、戦争でも焼けなかった。\n\
            工事の費用は二億円で、半分を県が負担する。説明会は金曜日の夜に開かれる予定だ。",
        others: &[
            "市長は取材に応じなかった。",
            "公園の名前はまだ決まっていない。",
        ],
    },
    Sample {
        name: "hindi",
        text: "नगर निगम ने सोमवार को पुराने पुल को बंद कर दिया। लोगों को अब दो किलोमीटर घूमकर जाना पड़ता है।\n\
            इंजीनियर मीरा जोशी ने कहा कि खंभों में दरारें मिली हैं। मरम्मत में कम से कम छह महीने लगेंगे।\n\
            दुकानदारों का कहना है कि उनकी बिक्री आधी रह गई है। वे मुआवज़े की माँग कर रहे हैं।",
        others: &["महापौर ने कोई उत्तर नहीं दिया।", "दूसरी जाँच अगले सप्ताह होगी।"],
    },
    Sample {
        name: "emoji",
        text: "Our poll is over 🎉 and 1,204 of you took part! 👩‍👩‍👧‍👦 families voted for the lake, 🚴🏽‍♀️ cyclists for the hills.\n\
            The lake won by 12 votes 😅. Cafe\u{301} Nord gives everybody an ice cream 🍦 on Sunday — bring this page.\n\
            Who voted for the moon 🌝? Please write to us ❤️. We would like to know how you get there 🚀.",
        others: &["There were 14 votes for the zoo 🦒.", "Thank you all 🙏🏾!"],
    },
];
