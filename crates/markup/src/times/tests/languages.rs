use super::{check, nothing};

#[test]
fn spans_are_read_in_every_language() {
    for text in [
        "3:48 bis 4:01",
        "3:48 bis zu 4:01",
        "3:48 à 4:01",
        "3:48 jusqu'à 4:01",
        "3:48 jusqu’à 4:01",
        "3:48 a 4:01",
        "3:48 hasta las 4:01",
        "3:48 até 4:01",
        "3:48 até às 4:01",
        "3:48 до 4:01",
        "3:48 по 4:01",
        "3:48 إلى 4:01",
        "3:48 حتى 4:01",
        "٣:٤٨ – ٤:٠١",
        "3:48から4:01",
        "3：48～4：01",
        "３:４８〜４:０１",
        "3分48秒から4分1秒",
        "3 мин 48 сек – 4 мин 1 сек",
    ] {
        check(text, &["228-241"]);
    }
    for text in [
        "27:46 bis Ende",
        "27:46 bis zum Ende",
        "27:46 bis zum Schluss",
        "27:46 – Schluss",
        "27:46 jusqu'à la fin",
        "27:46 jusqu’au bout",
        "27:46 à la fin",
        "27:46 hasta el final",
        "27:46 al final",
        "27:46 até o fim",
        "27:46 até ao fim",
        "27:46 até o final",
        "27:46 до конца",
        "27:46 до самого конца",
        "27:46 حتى النهاية",
        "27:46 إلى النهاية",
        "27:46から最後まで",
        "27:46〜最後",
        "27:46から終わりまで",
    ] {
        check(text, &["1666-2100"]);
    }
    check("von 3:48 bis 4:01 hört man", &["228-241|3:48 bis 4:01"]);
    check("ab 27:46 bis zum Ende", &["1666-2100|27:46 bis zum Ende"]);
    check("3:48 am Anfang", &["228|3:48"]);
    check("3:48 ist gut, 4:01 est bon", &["228|3:48", "241|4:01"]);
    check("動画の3:48で", &["228|3:48"]);
    check("بـ3:48 و4:01", &["228|3:48", "241|4:01"]);
}

#[test]
fn exceptions_are_known_in_every_language() {
    for text in [
        "um 10:30 Uhr",
        "10:30-Uhr-Nachrichten",
        "heute um 10:30",
        "10:30 morgens",
        "Joh 3:16",
        "Offenbarung 3:16",
        "Endstand 21:15",
        "von 10:30 bis 11:30 Uhr",
        "10:30 bis Ende des Tages",
        "à 10:30 heures",
        "10:30 du matin",
        "demain à 10:30",
        "Jean 3:16",
        "Psaume 23:01",
        "a las 10:30 horas",
        "10:30 de la mañana",
        "el lunes a las 10:30",
        "Juan 3:16",
        "ganó por 21:15",
        "às 10:30 da manhã",
        "amanhã às 10:30",
        "João 3:16",
        "placar de 21:15",
        "в 10:30 ч.",
        "10:30 утра",
        "завтра в 10:30",
        "в 10:30 МСК",
        "Иоанна 3:16",
        "счёт 21:15",
        "10:30 صباحا",
        "الساعة 10:30",
        "يوحنا 3:16",
        "سورة البقرة 2:55",
        "بنتيجة 21:15",
        "午前10:30",
        "明日10:30",
        "5月1日 12:10",
        "ヨハネの福音書3:16",
        "ヨハネ 3:16",
        "スコアは21:15",
        "16:10の比率",
    ] {
        nothing(text);
    }
}
