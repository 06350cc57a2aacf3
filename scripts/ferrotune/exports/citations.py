"""Citations of the methods that a config uses, in BibTeX."""

from ferrotune import __version__
from ferrotune.pipelines.pipeline import members_of


def _article(author, title, journal, year, volume, pages):
    return "article", {
        "author": author,
        "title": title,
        "journal": journal,
        "year": year,
        "volume": volume,
        "pages": pages,
    }


CITATIONS = {
    "ferrotune": (
        "software",
        {"author": "{The ferrotune developers}", "title": "ferrotune", "version": __version__, "year": "2026"},
    ),
    "barakati2024": (
        "misc",
        {
            "author": "Barakati, Kamyar and Liu, Yu and Nelson, Chris and Ziatdinov, Maxim A. and Zhang, Xiaohang and "
            "Takeuchi, Ichiro and Kalinin, Sergei V.",
            "title": "Reward driven workflows for unsupervised explainable analysis of phases and ferroic variants "
            "from atomically resolved imaging data",
            "year": "2024",
            "eprint": "2411.12612",
            "archiveprefix": "arXiv",
        },
    ),
    "molder2021": (
        "article",
        {
            "author": 'M{\\"o}lder, Felix and others',
            "title": "Sustainable data analysis with Snakemake",
            "journal": "F1000Research",
            "year": "2021",
            "volume": "10",
            "pages": "33",
            "doi": "10.12688/f1000research.29032.2",
        },
    ),
    "pedregosa2011": _article(
        "Pedregosa, Fabian and others",
        "Scikit-learn: Machine Learning in Python",
        "Journal of Machine Learning Research",
        "2011",
        "12",
        "2825--2830",
    ),
    "bergstra2011": (
        "inproceedings",
        {
            "author": "Bergstra, James and Bardenet, R{\\'e}mi and Bengio, Yoshua and K{\\'e}gl, Bal{\\'a}zs",
            "title": "Algorithms for Hyper-Parameter Optimization",
            "booktitle": "Advances in Neural Information Processing Systems 24",
            "year": "2011",
        },
    ),
    "knowles2006": _article(
        "Knowles, Joshua",
        "ParEGO: a hybrid algorithm with on-line landscape approximation for expensive multiobjective optimization "
        "problems",
        "IEEE Transactions on Evolutionary Computation",
        "2006",
        "10",
        "50--66",
    ),
    "benjamini1995": _article(
        "Benjamini, Yoav and Hochberg, Yosef",
        "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
        "Journal of the Royal Statistical Society B",
        "1995",
        "57",
        "289--300",
    ),
    "prichard1994": _article(
        "Prichard, Dean and Theiler, James",
        "Generating surrogate data for time series with several simultaneously measured variables",
        "Physical Review Letters",
        "1994",
        "73",
        "951--954",
    ),
    "boykov2001": _article(
        "Boykov, Yuri and Veksler, Olga and Zabih, Ramin",
        "Fast approximate energy minimization via graph cuts",
        "IEEE Transactions on Pattern Analysis and Machine Intelligence",
        "2001",
        "23",
        "1222--1239",
    ),
    "halko2011": _article(
        "Halko, N. and Martinsson, P. G. and Tropp, J. A.",
        "Finding structure with randomness: probabilistic algorithms for constructing approximate matrix "
        "decompositions",
        "SIAM Review",
        "2011",
        "53",
        "217--288",
    ),
    "cichocki2009": _article(
        "Cichocki, Andrzej and Phan, Anh-Huy",
        "Fast local algorithms for large scale nonnegative matrix and tensor factorizations",
        "IEICE Transactions on Fundamentals",
        "2009",
        "E92-A",
        "708--721",
    ),
    "hyvarinen2000": _article(
        'Hyv{\\"a}rinen, Aapo and Oja, Erkki',
        "Independent component analysis: algorithms and applications",
        "Neural Networks",
        "2000",
        "13",
        "411--430",
    ),
    "kingma2013": (
        "misc",
        {
            "author": "Kingma, Diederik P. and Welling, Max",
            "title": "Auto-Encoding Variational Bayes",
            "year": "2013",
            "eprint": "1312.6114",
            "archiveprefix": "arXiv",
        },
    ),
    "bepler2019": (
        "inproceedings",
        {
            "author": "Bepler, Tristan and others",
            "title": "Explicitly disentangling image content from translation and rotation with spatial-VAE",
            "booktitle": "Advances in Neural Information Processing Systems 32",
            "year": "2019",
        },
    ),
    "higgins2017": (
        "inproceedings",
        {
            "author": "Higgins, Irina and others",
            "title": "beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework",
            "booktitle": "International Conference on Learning Representations",
            "year": "2017",
        },
    ),
    "qin2022": _article(
        "Qin, Shuyu and Guo, Yichen and Kaliyev, Alibek T. and Agar, Joshua C.",
        "Why it is Unfortunate that Linear Machine Learning ``Works'' so well in Electromechanical Switching of "
        "Ferroelectric Thin Films",
        "Advanced Materials",
        "2022",
        "34",
        "2202814",
    ),
    "blei2006": _article(
        "Blei, David M. and Jordan, Michael I.",
        "Variational inference for Dirichlet process mixtures",
        "Bayesian Analysis",
        "2006",
        "1",
        "121--143",
    ),
}

ALWAYS = ("ferrotune", "barakati2024", "molder2021", "pedregosa2011")
OF_PARTS = {
    "gmm_field": ("boykov2001",),
    "bayesian_gmm": ("blei2006",),
    "svd": ("halko2011",),
    "nmf": ("cichocki2009",),
    "ica": ("hyvarinen2000",),
    "rvae": ("kingma2013", "bepler2019"),
    "lstm_vae": ("kingma2013", "higgins2017", "qin2022"),
}


def cited(entries, searches, rate):
    """Keys (list of str) of what to cite for pipelines (entries of the config), their searches, and a judge's rate."""
    keys = list(ALWAYS)
    if any(search["mode"] == "tpe" for search in searches):
        keys += ["bergstra2011", "knowles2006"]
    if rate is not None:
        keys += ["benjamini1995", "prichard1994"]
    members = [member for entry in entries for member in members_of(entry).values()]
    for member in members:
        for part in (member.descriptor, member.reduction, member.clustering):
            keys += OF_PARTS.get(part, ())
    return list(dict.fromkeys(keys))


def bibtex(keys):
    """The citations (str) of some keys in BibTeX."""
    entries = []
    for key in keys:
        kind, fields = CITATIONS[key]
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        entries.append(f"@{kind}{{{key},\n{lines}\n}}\n")
    return "\n".join(entries)
