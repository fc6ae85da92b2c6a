"""Countries by the names that English prose gives them; nothing here says which names one country shares."""

import re

COUNTRIES = (
    "Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|Bahrain|"
    "Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia and Herzegovina|Botswana|Brazil|Brunei|"
    "Bulgaria|Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Cape Verde|Central African Republic|Chad|Chile|China|"
    "Colombia|Comoros|Costa Rica|Croatia|Cuba|Cyprus|Czech Republic|Czechia|Côte d[’']Ivoire|"
    "Democratic Republic of (?:the )?Congo|Denmark|Djibouti|Dominican Republic|Ecuador|Egypt|El Salvador|Eritrea|"
    "Estonia|Eswatini|Ethiopia|Fiji|Finland|France|Gabon|Germany|Ghana|Greece|Grenada|Guatemala|Guinea-Bissau|Guyana|"
    "Haiti|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|Ireland|Israel|Italy|Ivory Coast|Jamaica|"
    "Japan|Kazakhstan|Kenya|Kosovo|Kuwait|Kyrgyzstan|Laos|Latvia|Lebanon|Lesotho|Liberia|Libya|Liechtenstein|"
    "Lithuania|Luxembourg|Madagascar|Malawi|Malaysia|Maldives|Mali|Malta|Mauritania|Mauritius|Mexico|Moldova|Monaco|"
    "Mongolia|Montenegro|Morocco|Mozambique|Myanmar|Namibia|Nepal|Netherlands|New Zealand|Nicaragua|Nigeria|"
    "North Korea|North Macedonia|Norway|Oman|Pakistan|Palau|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|"
    "Portugal|Qatar|Republic of Korea|Romania|Russia|Russian Federation|Rwanda|Samoa|Saudi Arabia|Senegal|Serbia|"
    "Seychelles|Sierra Leone|Singapore|Slovakia|Slovenia|Solomon Islands|Somalia|South Africa|South Korea|"
    "South Sudan|Spain|Sri Lanka|Sudan|Suriname|Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania|Thailand|"
    "The Gambia|Gambia|Timor-Leste|Togo|Tonga|Trinidad and Tobago|Tunisia|Turkey|Türkiye|Turkmenistan|Uganda|Ukraine|"
    "United Arab Emirates|United Kingdom|United States of America|United States|Uruguay|Uzbekistan|Vanuatu|Venezuela|"
    "Vietnam|Viet Nam|Yemen|Zambia|Zimbabwe|USA|UK"
)
COUNTRY = re.compile(rf"\b(?:{COUNTRIES})\b")
