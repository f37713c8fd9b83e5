# fails: The answer is the name and the price with tax
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str
    price: float


@app.post("/items")
def create_item(item: Item):
    item.price = round(item.price * 1.1, 2)
    return item
