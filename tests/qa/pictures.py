"""The portrait, changed and unchanged, and faces of nobody: drawn, or by warping the portrait."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

PORTRAIT = Path(__file__).parent.parent / "data" / "astronaut.png"


def portrait():
    return np.asarray(Image.open(PORTRAIT).convert("RGB"))


def encoded(pixels, kind="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, kind, **options)
    return buffer.getvalue()


def as_bytes(values):
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def relit(pixels):
    """Darker by a gamma of 1.5, and warmer."""
    return as_bytes(255 * (pixels / 255) ** 1.5 * np.array([1.15, 1.0, 0.8]))


def warped(pixels, sign=1):
    """The portrait with another geometry of the face: mouth, nose, eyes and jaw moved by up to
    18 px, which on a face of 88 px makes another person."""
    height, width = pixels.shape[:2]
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    moved_x, moved_y = np.zeros_like(xx), np.zeros_like(yy)
    for x, y, radius, dx, dy in (
        (223, 141, 16, 0, 14),
        (225, 129, 12, 0, -10),
        (205, 102, 12, -8, 4),
        (247, 103, 12, 8, 4),
        (190, 150, 20, -18, 10),
        (262, 150, 20, 18, 10),
    ):
        bump = np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * radius * radius))
        moved_x -= sign * dx * bump
        moved_y -= sign * dy * bump
    return cv2.remap(pixels, xx + moved_x, yy + moved_y, cv2.INTER_CUBIC)


SKINS = ((232, 190, 160), (150, 100, 70), (205, 160, 125), (245, 215, 195), (100, 66, 48))


def drawn_face(seed, size=640):
    """A face of nobody, from ellipses; MTCNN finds it."""
    chance = np.random.default_rng(seed)
    skin = np.array(SKINS[seed % len(SKINS)])

    def between(low, high):
        return int(chance.integers(low, high))

    def tone(share):
        return tuple(int(value * share) for value in skin)

    image = Image.new("RGB", (640, 640), (between(60, 200), between(60, 200), between(60, 200)))
    draw = ImageDraw.Draw(image)

    def ellipse(x, y, across, down, fill):
        draw.ellipse((x - across, y - down, x + across, y + down), fill=fill)

    face_w, face_h = between(110, 150), between(160, 200)
    dark = between(10, 120)
    hair = (dark, int(dark * 0.8), int(dark * 0.6))
    ellipse(320, 305, face_w + 30, face_h + 15, hair)
    draw.rectangle((260, 270 + face_h, 380, 640), fill=tone(0.8))
    ellipse(320, 320, face_w, face_h, tuple(skin.tolist()))
    eye_y = 320 - between(20, 45)
    eye_x = int(face_w * chance.uniform(0.38, 0.5))
    eye_w, eye_h = between(24, 34), between(9, 17)
    brow = between(24, 40)
    for side in (-1, 1):
        x = 320 + side * eye_x
        ellipse(x, eye_y, eye_w + 12, eye_h + 13, tone(0.82))
        ellipse(x, eye_y, eye_w, eye_h, (240, 236, 230))
        ellipse(x, eye_y, eye_h + 1, eye_h + 1, (60, 40, 30))
        ellipse(x, eye_y, 5, 5, (5, 5, 5))
        lid = (x - eye_w - 2, eye_y - eye_h - 4, x + eye_w + 2, eye_y + eye_h + 6)
        draw.arc(lid, 180, 360, fill=tone(0.25), width=5)
        draw.line(
            [
                (x - side * eye_w, eye_y - brow),
                (x, eye_y - brow - 8),
                (x + side * (eye_w + 6), eye_y - brow + 6),
            ],
            fill=hair,
            width=between(7, 15),
        )
    nose_w, nose_y = between(20, 36), 320 + between(35, 60)
    bridge = [
        (310, eye_y + 10),
        (330, eye_y + 10),
        (320 + nose_w, nose_y),
        (320 - nose_w, nose_y),
    ]
    draw.polygon(bridge, fill=tone(0.93))
    ellipse(320, nose_y - 3, nose_w, 15, tone(0.9))
    for side in (-1, 1):
        ellipse(320 + side * nose_w // 2, nose_y + 2, 7, 5, tone(0.35))
    mouth_w, mouth_y = between(38, 65), nose_y + between(40, 60)
    ellipse(320, mouth_y, mouth_w, between(9, 20), tuple((skin * (0.85, 0.5, 0.5)).astype(int)))
    draw.line((320 - mouth_w, mouth_y, 320 + mouth_w, mouth_y), fill=tone(0.35), width=4)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(4)), float)
    yy, xx = np.mgrid[0:640, 0:640]
    away = ((xx - 360) / 260) ** 2 + ((yy - 260) / 330) ** 2
    soft *= (1.08 - 0.35 * np.clip(away, 0, 1.4))[..., None]
    soft += chance.normal(0, 5, soft.shape)
    return np.asarray(Image.fromarray(as_bytes(soft)).resize((size, size)))
