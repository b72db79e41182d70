"""Invented names of people, and their addresses."""

import unicodedata

import numpy as np

DOMAIN = "brightwater.example"
FORMER_DOMAIN = "harbourline.example"
"""The domain of a company bought earlier: some people still sign in with it."""

_FIRST = """
Adaeze Aisha Alan Alba Alejandro Amara Amir Ana Anders Andrea Anjali Anna Antoine Arjun Asha Astrid Beatriz Ben Bilal
Björn Bruno Camille Carla Carlos Chen Chloé Clara Daniel Daria David Deepa Dmitri Edith Elena Elif Emeka Emma Erik
Esther Farah Felix Fernanda Fiona Francesca Gabriel Giulia Grace Hana Hannah Hassan Helen Hiro Ines Ingrid Isaac
Isabel Ivan Jakub James Jana Jin João Jonas José Julia Kareem Karin Katarzyna Kenji Kofi Lars Laura Leila Lena Leo
Liam Lin Lucía Luis Maja Malik Marco Maria Marta Mateo Maya Mehmet Mei Mia Michael Milan Mina Mohammed Nadia Naomi
Natalia Nia Nikhil Nina Noah Nora Olga Oliver Omar Oscar Paolo Patrick Paula Pedro Petra Priya Rachel Rafael Rahul
Ravi Rebecca Renée Rosa Ruth Sam Samira Sanjay Sara Sean Sofia Sophie Stefan Sven Tariq Teresa Thomas Tomás Uma Vera
Victor Wei Xin Yara Yuki Yusuf Zahra Zoë
"""
_LAST = """
Abara Adeyemi Ahmed Almeida Andersson Arslan Bauer Becker Bennett Bergström Bianchi Boateng Bose Brandt Brennan
Castillo Chan Chandra Chaudhry Cho Costa Cruz Dahl Das Dawson Delgado Desai Diaz Dubois Duran Eriksen Esposito Evans
Farkas Ferrari Fischer Flores Fontaine Foster Fujita García Gomes Graham Grant Greco Gupta Hall Hansen Haddad
Hashimoto Hayes Herrera Hoffmann Horvat Hughes Ibrahim Ito Ivanova Iyer Jansen Jensen Johansson Kaplan Kaur Keller
Khan Kim Kowalski Krüger Kumar Lam Larsen Lee Lehmann Lewis Li Lindgren Lopes Lund MacLeod Mahmoud Mancini Martin
Mbeki Mehta Mendes Meyer Miller Mori Moreau Morris Murphy Mwangi Nair Nakamura Navarro Nguyen Nielsen Novak O'Brien
O'Connor Okafor Okoye Olsen Ortega Osei Pace Park Patel Pereira Petrov Popescu Quinn Rahman Ramos Rao Reyes Ricci
Rivera Romano Rossi Roux Ruiz Saito Santos Sato Schmidt Serrano Shah Sharma Silva Singh Smirnov Sousa Suzuki Takeda
Tan Tanaka Taylor Torres Tran Turner Ueda Vance Vargas Vega Verma Vogel Wagner Walsh Wang Weber White Wong Wright
Yamada Yang Yilmaz Young Zhang Zhou Ziegler
"""
FIRST = tuple(_FIRST.split())
LAST = tuple(_LAST.split())


def plain(name: str) -> str:
    """Return a name's ASCII letters in lower case, as an address is made of them."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in letters.lower() if letter.isalpha())


def invent_names(count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Return `count` pairs of first and last name, all different while there are enough."""
    order = rng.permutation(len(FIRST) * len(LAST))
    repeats = (order.tolist() * (count // len(order) + 1))[:count]
    return [(FIRST[i % len(FIRST)], LAST[i // len(FIRST)]) for i in repeats]
