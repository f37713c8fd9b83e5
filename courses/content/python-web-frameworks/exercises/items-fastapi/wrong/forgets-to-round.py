# fails: The price with tax is rounded to two places
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str
    price: float


@app.post("/items")
def create_item(item: Item):
    return {"name": item.name, "price_with_tax": item.price * 1.1}
