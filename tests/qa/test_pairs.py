"""Lists of labelled pairs are read however they were written; what is odd is told by its line."""

import pytest

from qa.pairs import BadPairs, find_list, read_pairs


@pytest.fixture
def listed(tmp_path):
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).write_bytes(b"x")

    def read(text, encoding="utf-8"):
        path = tmp_path / "pairs.csv"
        path.write_bytes(text.encode(encoding))
        return read_pairs(path, tmp_path)

    return read


def answers(found):
    return [(pair.first.name, pair.second.name, pair.same) for pair in found.pairs]


WANTED = [("a.png", "b.png", True), ("a.png", "c.png", False)]


@pytest.mark.parametrize(
    "text",
    [
        "file1,file2,same\na.png,b.png,1\na.png,c.png,0\n",
        "File1, File2, Same\r\na.png, b.png, True\r\na.png, c.png, FALSE\r\n",
        "\ufefffile1;file2;same\na.png;b.png;yes\na.png;c.png;no\n",
        "img_1\timg_2\tis same\na.png\tb.png\tsame\na.png\tc.png\tdifferent\n",
        "same,file2,file1\n1,b.png,a.png\n0,c.png,a.png\n",
        "id,file_x,file_y,Decision\n1,a.png,b.png,Yes\n2,a.png,c.png,No\n",
        "a.png,b.png,1\na.png,c.png,0\n",
        '"file1","file2","same"\n"a.png","b.png","1.0"\n\n"a.png","c.png","0.0"\n',
    ],
)
def test_the_usual_ways_of_writing_a_list_say_the_same(listed, text):
    found = listed(text)
    assert answers(found) == WANTED
    assert found.odd == []


def test_odd_lines_are_counted_with_their_number_and_the_rest_is_read(listed):
    found = listed(
        'file1,file2,same\na.png,b.png,1\na.png\na.png,c.png,maybe\n"a,c.png,0\n,b.png,1\n'
    )
    assert answers(found) == [("a.png", "b.png", True)]
    assert [line.split(":")[0] for line in found.odd] == ["Line 3", "Line 4", "Line 5", "Line 6"]


def test_names_are_looked_for_in_the_folder_and_beside_the_list(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.png").write_bytes(b"x")
    (tmp_path / "b.png").write_bytes(b"x")
    path = tmp_path / "list.csv"
    path.write_text("file1,file2,same\na.png,b.png,1\n")
    (pair,) = read_pairs(path, photos).pairs
    assert (pair.first, pair.second) == (photos / "a.png", tmp_path / "b.png")


def test_a_file_of_several_pairs_is_named_once(listed):
    found = listed("file1,file2,same\na.png,b.png,1\na.png,c.png,0\n")
    assert [path.name for path in found.files] == ["a.png", "b.png", "c.png"]


def test_a_list_in_which_nothing_can_be_understood_says_how_to_write_one(listed):
    with pytest.raises(BadPairs, match="file1,file2,same"):
        listed("hello\nworld\n")
    with pytest.raises(BadPairs, match="empty"):
        listed("\n")


def test_the_list_of_a_folder_is_found_or_asked_for(tmp_path):
    with pytest.raises(BadPairs, match="no list of pairs"):
        find_list(tmp_path)
    (tmp_path / "people.csv").write_text("x")
    assert find_list(tmp_path).name == "people.csv"
    (tmp_path / "other.csv").write_text("x")
    with pytest.raises(BadPairs, match="--pairs"):
        find_list(tmp_path)
    (tmp_path / "pairs.csv").write_text("x")
    assert find_list(tmp_path).name == "pairs.csv"
    with pytest.raises(BadPairs, match="no folder"):
        find_list(tmp_path / "nowhere")
