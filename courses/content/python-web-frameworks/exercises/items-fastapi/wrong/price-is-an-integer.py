# fails: POST /items answers 200
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Item(BaseModel):
    name: str
    price: int


@app.post("/items")
def create_item(item: Item):
    return {"name": item.name, "price_with_tax": round(item.price * 1.1, 2)}
