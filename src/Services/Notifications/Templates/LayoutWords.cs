namespace Tideline.Notifications.Templates;

/// <summary>The layout's own words, by language.</summary>
internal static class LayoutWords
{
    private static readonly Dictionary<string, string> UnsubscribeIn = new(StringComparer.OrdinalIgnoreCase)
    {
        ["en"] = "Unsubscribe",
        ["sv"] = "Avsluta prenumerationen",
        ["nb"] = "Meld deg av",
        ["no"] = "Meld deg av",
        ["nn"] = "Meld deg av",
        ["da"] = "Afmeld",
        ["fi"] = "Peru tilaus",
        ["is"] = "Afskrá",
        ["et"] = "Loobu tellimusest",
        ["lv"] = "Atteikties no abonementa",
        ["lt"] = "Atsisakyti prenumeratos",
        ["de"] = "Abmelden",
        ["nl"] = "Afmelden",
        ["fr"] = "Se désabonner",
        ["es"] = "Cancelar la suscripción",
        ["pt"] = "Cancelar a subscrição",
        ["it"] = "Annulla l’iscrizione",
        ["pl"] = "Wypisz się",
        ["cs"] = "Odhlásit se",
        ["sk"] = "Odhlásiť sa",
        ["hu"] = "Leiratkozás",
        ["ro"] = "Dezabonare",
        ["bg"] = "Отписване",
        ["el"] = "Κατάργηση εγγραφής",
        ["hr"] = "Odjava",
        ["sl"] = "Odjava",
        ["tr"] = "Abonelikten çık",
        ["uk"] = "Відписатися",
        ["ru"] = "Отписаться",
        ["ar"] = "إلغاء الاشتراك",
        ["he"] = "הסרה מרשימת התפוצה",
        ["ja"] = "配信停止",
        ["ko"] = "수신 거부",
        ["zh"] = "退订",
    };

    public static string Unsubscribe(string language) => UnsubscribeIn.GetValueOrDefault(Primary(language), UnsubscribeIn["en"]);

    public static bool IsRightToLeft(string language) => Primary(language).ToLowerInvariant() is "ar" or "he" or "fa" or "ur" or "yi";

    private static string Primary(string language) => language.Split('-', '_')[0];
}
